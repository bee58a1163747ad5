const MAX_BYTES = 1024 * 1024;
const LINE = 64;
const BEGIN = /^-----BEGIN ([A-Z0-9 ]+)-----$/;

/** One block of PEM text (RFC 7468): its label, e.g. `CERTIFICATE`, and the bytes it carries. */
export interface PemBlock {
  readonly label: string;
  readonly der: Buffer;
}

/** What a PEM text is expected to hold. */
export interface PemExpectation {
  /** What the text is, for error messages, e.g. `trust anchor`. */
  readonly what: string;
  /** The label of every block. */
  readonly label: string;
}

/**
 * Reads PEM text, strictly: blocks of the expected label and blank lines, nothing else.
 *
 * Messages name lines by number and never show them, because what was pasted by mistake may be a private key.
 */
export function readPem(text: unknown, { what, label }: PemExpectation): Buffer[] {
  const blocks = readBlocks(requirePemText(text, what, label), what);
  blocks.forEach((block) => {
    if (block.label !== label) {
      throw new Error(`${what} holds a ${describe(block.label)}: expected only \`-----BEGIN ${label}-----\` blocks`);
    }
  });
  return blocks.map(({ der }) => der);
}

/** Reads the blocks of a PEM text, whatever their labels. */
export function readBlocks(text: string, what: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: { label: string; line: number; base64: string } | undefined;
  text.split(/\r\n|\n|\r/).forEach((raw, index) => {
    const line = raw.trim();
    const begin = BEGIN.exec(line);
    if (open === undefined) {
      if (begin !== null) {
        open = { label: begin[1], line: index + 1, base64: '' };
      } else if (line !== '') {
        throw new Error(`${what} has text outside its PEM blocks in line ${index + 1}: leave only the lines from \`-----BEGIN …\` to \`-----END …\``);
      }
    } else if (line === `-----END ${open.label}-----`) {
      blocks.push({ label: open.label, der: decode(open.base64, open.line, what) });
      open = undefined;
    } else if (line.startsWith('-----')) {
      throw new Error(`${what} has a PEM block that begins in line ${open.line} and is broken in line ${index + 1}: expected \`-----END ${open.label}-----\``);
    } else {
      open.base64 += line;
    }
  });
  if (open !== undefined) {
    throw new Error(`${what} is truncated: the PEM block that begins in line ${open.line} has no \`-----END ${open.label}-----\``);
  }
  return blocks;
}

/** Writes a PEM block: lines of 64 characters, each ended by a line feed. */
export function writePem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function requirePemText(text: unknown, what: string, label: string): string {
  const expected = `expected PEM text that begins with \`-----BEGIN ${label}-----\``;
  if (typeof text !== 'string') {
    throw new Error(`${what} is ${text === null ? 'null' : `of type ${typeof text}`}: ${expected}`);
  }
  if (text.trim() === '') {
    throw new Error(`${what} is empty: ${expected}`);
  }
  if (text.length > MAX_BYTES || Buffer.byteLength(text, 'utf8') > MAX_BYTES) {
    throw new Error(`${what} is longer than 1 MiB, the most that is read as PEM text`);
  }
  if (!text.includes('-----BEGIN ')) {
    if (/^0[\x80-\x84\ufffd]/.test(text)) {
      throw new Error(`${what} is DER, not PEM: convert it, e.g. \`openssl x509 -inform der -outform pem\``);
    }
    if (/^M[A-Za-z0-9+/=\s]{40,}$/.test(text)) {
      throw new Error(`${what} is base64 without PEM lines: put it between \`-----BEGIN ${label}-----\` and \`-----END ${label}-----\``);
    }
    throw new Error(`${what} holds no PEM block: ${expected}; pass the contents of the file, not its name`);
  }
  return text;
}

function decode(base64: string, line: number, what: string): Buffer {
  if (base64 === '') {
    throw new Error(`${what} has an empty PEM block in line ${line}`);
  }
  const octets = Buffer.from(base64, 'base64');
  // Node ignores what it cannot decode; text that is not what it would write itself is damaged.
  if (octets.toString('base64') !== base64) {
    throw new Error(`${what} has a PEM block in line ${line} whose base64 is malformed or truncated`);
  }
  return octets;
}

function describe(label: string): string {
  if (label.endsWith('PRIVATE KEY')) {
    return `private key (\`${label}\`)`;
  }
  return `\`${label}\` block`;
}
