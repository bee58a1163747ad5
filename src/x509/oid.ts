const MAX_TEXT = 79;
const ARC_END = 2n ** 64n;

/**
 * Checks a dotted object identifier and returns it.
 *
 * The limit of 79 characters is Envoy's: BoringSSL cuts longer ones off when it prints a name, so they could not be told apart.
 */
export function requireOid(text: string): string {
  const cure = 'expected numbers joined by dots, e.g. `2.5.4.97`';
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(text)) {
    throw new Error(`invalid object identifier \`${text}\`: ${cure}`);
  }
  const [first, second] = text.split('.', 2).map(Number);
  if (first > 2 || (first < 2 && second > 39)) {
    throw new Error(`invalid object identifier \`${text}\`: the first number is 0, 1 or 2, and after 0 or 1 the second is at most 39`);
  }
  if (text.length > MAX_TEXT) {
    throw new Error(`object identifier \`${text}\` is longer than ${MAX_TEXT} characters, behind which Envoy cuts it off`);
  }
  if (encodeArcs(text).some((arc) => arc >= ARC_END)) {
    throw new Error(`object identifier \`${text}\` has a number above 2^64-1, which Envoy prints as nothing`);
  }
  return text;
}

/** An object identifier as Envoy prints it: cut after 79 characters, and nothing at all if a number in it needs more than 64 bits. */
export function printOid(text: string): string {
  return encodeArcs(text).some((arc) => arc >= ARC_END) ? '' : text.slice(0, MAX_TEXT);
}

/** Content octets of an OBJECT IDENTIFIER (X.690 section 8.19). */
export function encodeOid(text: string): Buffer {
  return Buffer.from(encodeArcs(text).flatMap(base128));
}

/** Dotted text of the content octets of an OBJECT IDENTIFIER. */
export function decodeOid(content: Buffer): string {
  const last = content.at(-1);
  if (last === undefined || last >= 0x80) {
    throw new Error('an object identifier in the DER is truncated');
  }
  const arcs: bigint[] = [];
  let arc: bigint | undefined;
  for (const octet of content) {
    if (arc === undefined && octet === 0x80) {
      throw new Error('an object identifier in the DER is not in its shortest form');
    }
    const value: bigint = (arc ?? 0n) * 128n + BigInt(octet % 0x80);
    if (octet >= 0x80) {
      arc = value;
    } else {
      arcs.push(value);
      arc = undefined;
    }
  }
  const root = arcs[0] < 80n ? arcs[0] / 40n : 2n;
  return [root, arcs[0] - root * 40n, ...arcs.slice(1)].join('.');
}

function encodeArcs(text: string): bigint[] {
  const [first, second, ...rest] = text.split('.').map(BigInt);
  return [first * 40n + second, ...rest];
}

function base128(arc: bigint): number[] {
  const octets = [Number(arc % 128n)];
  for (let rest = arc / 128n; rest > 0n; rest /= 128n) {
    octets.unshift(Number(rest % 128n) + 0x80);
  }
  return octets;
}
