import { KeyPair } from './key-pair';
import { integer, objectIdentifier, sequence, signedDer, time } from './signed-der';
import { DerElement, DerTag, readChildren, readSingle, writeElement } from '../x509/der';
import { decodeOid } from '../x509/oid';

const EXPLICIT_EXTENSIONS = 0xa0;
const VERSION_2 = integer(1n);
const ENUMERATED = 0x0a;
const KEY_ID = 0x80;
const CRL_NUMBER = '2.5.29.20';
const REASON_CODE = '2.5.29.21';
const AUTHORITY_KEY_ID = '2.5.29.35';
const WHAT = 'revocation list';

/** One revoked certificate: its serial number in hex without leading zeros, and the whole entry. */
export interface ListEntry {
  readonly serial: string;
  readonly der: Buffer;
}

/** What the next list takes over from the previous one. */
export interface ListContent {
  readonly entries: readonly ListEntry[];
  /** 0 if the list has no number. */
  readonly number: bigint;
}

/** A list to be signed. */
export interface ListTemplate extends ListContent {
  /** DER of the issuer's name. */
  readonly issuer: Buffer;
  /** Key identifier of the issuer in hex. */
  readonly authorityKeyId: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

/** Reads entries and number of a list whose structure has been checked. */
export function readList(der: Buffer): ListContent {
  const [tbs] = readChildren(readSingle(der, WHAT), WHAT);
  const fields = readChildren(tbs, WHAT);
  // Behind the version (which a list of version 1 does not have): algorithm, issuer, thisUpdate.
  const rest = fields.slice(fields[0].tag === DerTag.INTEGER ? 4 : 3);
  const revoked = rest.find(({ tag }) => tag === DerTag.SEQUENCE);
  const extensions = rest.find(({ tag }) => tag === EXPLICIT_EXTENSIONS);
  return {
    entries: (revoked === undefined ? [] : readChildren(revoked, WHAT)).map((entry) => {
      const [serial] = readChildren(entry, WHAT);
      return { serial: canonicalSerial(serial.content.toString('hex')), der: entry.raw };
    }),
    number: extensions === undefined ? 0n : numberIn(readChildren(extensions, WHAT)[0]),
  };
}

/** Writes an entry. No reason code at all stands for "unspecified" (RFC 5280 section 5.3.1). */
export function entryOf(serial: string, date: Date, reasonCode: number): ListEntry {
  const reason = reasonCode === 0 ? [] : [sequence(extension(REASON_CODE, writeElement(ENUMERATED, Buffer.from([reasonCode]))))];
  return { serial, der: sequence(integer(BigInt(`0x${serial}`)), time(date), ...reason) };
}

/** Signs a list (RFC 5280 section 5.1) and returns its DER. */
export async function signList({ issuer, authorityKeyId, thisUpdate, nextUpdate, entries, number }: ListTemplate, key: KeyPair): Promise<Buffer> {
  return signedDer(key, (algorithm) => [
    VERSION_2,
    algorithm,
    issuer,
    time(thisUpdate),
    time(nextUpdate),
    // Left out when nothing is revoked (section 5.1.2.6).
    ...entries.length === 0 ? [] : [sequence(...entries.map(({ der }) => der))],
    writeElement(EXPLICIT_EXTENSIONS, sequence(
      extension(AUTHORITY_KEY_ID, sequence(writeElement(KEY_ID, Buffer.from(authorityKeyId, 'hex')))),
      extension(CRL_NUMBER, integer(number)),
    )),
  ]);
}

/** A serial number without the leading zeros by which programs differ. */
export function canonicalSerial(hex: string): string {
  return BigInt(`0x${hex}`).toString(16);
}

function numberIn(extensions: DerElement): bigint {
  const fields = readChildren(extensions, WHAT).map((element) => readChildren(element, WHAT));
  const found = fields.find(([type]) => decodeOid(type.content) === CRL_NUMBER);
  return found === undefined ? 0n : BigInt(`0x${readSingle(found[found.length - 1].content, WHAT).content.toString('hex')}`);
}

function extension(type: string, value: Buffer): Buffer {
  return sequence(objectIdentifier(type), writeElement(DerTag.OCTET_STRING, value));
}
