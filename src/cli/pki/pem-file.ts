import { Certificate } from '../../x509/certificate';
import { RevocationList } from '../../x509/crl';
import { PemBlock, readBlocks, writePem } from '../../x509/pem';
import { Stop, stopping } from '../exit-status';
import { readText } from '../read-file';

/** PEM text of a file, without the explanations that `openssl ca` and `openssl x509 -text` write around the blocks. */
export function readPemText(path: string, what: string): string {
  return withoutExplanations(readText(path, what));
}

/** Removes what stands outside the blocks (RFC 7468 section 5.2 allows it). Text without any block is returned as it is, for a message that names it. */
export function withoutExplanations(text: string): string {
  let inside = false;
  const kept = text.split(/\r\n|\n|\r/).filter((line) => {
    const begins = line.startsWith('-----BEGIN ');
    const keep = inside || begins;
    inside = keep && !line.startsWith('-----END ');
    return keep;
  });
  return kept.length === 0 ? text : `${kept.join('\n')}\n`;
}

/** Reads the certificates of a PEM text that a user gave. */
export function certificatesOf(text: string, what: string): Certificate[] {
  return stopping(Stop.unreadable, () => Certificate.readAll(text, what));
}

/** Reads the revocation lists of a PEM text that a user gave. */
export function revocationListsOf(text: string, what: string): RevocationList[] {
  return stopping(Stop.unreadable, () => RevocationList.readAll(text, what));
}

/** Reads the blocks of a PEM text, whatever they are, each with its own text. */
export function blocksOf(text: string, what: string): (PemBlock & { readonly pem: string })[] {
  if (!text.includes('-----BEGIN ')) {
    certificatesOf(text, what);
  }
  return stopping(Stop.unreadable, () => readBlocks(text, what)).map((block) => ({ ...block, pem: writePem(block.label, block.der) }));
}
