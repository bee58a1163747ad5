import { KeyPair } from './key-pair';
import { DerTag, writeElement } from '../x509/der';
import { encodeOid } from '../x509/oid';

// Revocation lists are written here, not by the certificate library: its lists have an empty sequence of extensions at each entry without a reason
// (RFC 5280 section 5.1.2.6 wants none), and it loses all entries of a list without nextUpdate when it reads one.

/** A signed structure: the fields, the algorithm, the signature over the fields (RFC 5280 section 5.1). */
export async function signedDer(key: KeyPair, fields: (algorithm: Buffer) => readonly Buffer[]): Promise<Buffer> {
  const algorithm = signatureAlgorithmOf(key);
  const signed = sequence(...fields(algorithm));
  return sequence(signed, algorithm, bitString(await key.sign(signed)));
}

/** A SEQUENCE of elements. */
export function sequence(...parts: readonly Buffer[]): Buffer {
  return writeElement(DerTag.SEQUENCE, Buffer.concat(parts));
}

/** An OBJECT IDENTIFIER. */
export function objectIdentifier(text: string): Buffer {
  return writeElement(DerTag.OBJECT_IDENTIFIER, encodeOid(text));
}

/** An INTEGER that is not negative. */
export function integer(number: bigint): Buffer {
  const hex = number.toString(16);
  const octets = Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex');
  // The first bit is the sign.
  return writeElement(DerTag.INTEGER, octets[0] >= 0x80 ? Buffer.concat([Buffer.from([0]), octets]) : octets);
}

/** A Time: two digits of the year until 2049, four from then on (RFC 5280 section 5.1.2.4). */
export function time(moment: Date): Buffer {
  const digits = `${moment.toISOString().replace(/\.\d+Z$/, '').replace(/\D/g, '')}Z`;
  return moment.getUTCFullYear() < 2050
    ? writeElement(DerTag.UTC_TIME, Buffer.from(digits.slice(2)))
    : writeElement(DerTag.GENERALIZED_TIME, Buffer.from(digits));
}

function bitString(octets: Buffer): Buffer {
  // The first octet counts the unused bits.
  return writeElement(DerTag.BIT_STRING, Buffer.concat([Buffer.from([0]), octets]));
}

/** PKCS #1 v1.5 has a NULL parameter, ECDSA has none (RFC 4055 section 5, RFC 5758 section 3.2). */
function signatureAlgorithmOf({ publicKey }: KeyPair): Buffer {
  if (publicKey.asymmetricKeyType === 'rsa') {
    return sequence(objectIdentifier('1.2.840.113549.1.1.11'), writeElement(DerTag.NULL, Buffer.alloc(0)));
  }
  return sequence(objectIdentifier(publicKey.asymmetricKeyDetails!.namedCurve === 'prime256v1' ? '1.2.840.10045.4.3.2' : '1.2.840.10045.4.3.3'));
}
