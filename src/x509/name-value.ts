import { DerTag } from './der';
import { NameAttribute } from './name';
import { AttributeType } from './name-attributes';
import { isAcceptedText } from './string-value';

const NOT_PRINTABLE = /[^A-Za-z0-9 '()+,\-./:=?]/u;
const NOT_ASCII = /[^\0-\x7f]/u; // eslint-disable-line no-control-regex

/** Makes an attribute of a text, in the string type and within the length that OpenSSL gives that type of attribute. */
export function attributeOfText(type: AttributeType, text: string, what: string): NameAttribute {
  const label = type.shortName ?? type.oid;
  const refuse = (reason: string) => new Error(`attribute \`${label}\` of ${what} ${reason}`);
  if (text.length === 0) {
    throw refuse('has no value: leave the attribute out or give it a value');
  }
  if (text.includes('\0')) {
    throw refuse('holds a NUL character, at which other programs stop reading');
  }
  if (!isAcceptedText(text)) {
    throw refuse('holds a lone surrogate or a Unicode noncharacter, and Envoy refuses such a certificate');
  }
  const length = Array.from(text).length;
  const { minimum, maximum = Infinity } = type;
  if (length < minimum || length > maximum) {
    const bound = minimum === maximum ? `exactly ${maximum}` : `at most ${maximum}`;
    throw refuse(`has ${length} ${length === 1 ? 'character' : 'characters'}, but ${bound} are allowed (RFC 5280 appendix A.1)`);
  }
  const alien = type.tag === DerTag.PRINTABLE_STRING ? NOT_PRINTABLE.exec(text) : type.tag === DerTag.IA5_STRING ? NOT_ASCII.exec(text) : null;
  if (alien) {
    const allowed = type.tag === DerTag.IA5_STRING ? 'ASCII is' : "letters, digits, space and '()+,-./:=? are";
    throw refuse(`holds \`${alien[0]}\`, but only ${allowed} allowed there`);
  }
  return { oid: type.oid, tag: type.tag, value: Buffer.from(text, 'utf8') };
}
