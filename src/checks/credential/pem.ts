import { Certificate } from '../../x509/certificate';
import { RevocationList } from '../../x509/crl';

/** The certificates of a text that may have comments and keys around them; undefined where there are none or one cannot be read. */
export function certificatesOf(pem: string): Certificate[] | undefined {
  return readable(() => Certificate.readAll(blocks(pem, 'CERTIFICATE')));
}

/** The revocation lists of such a text; undefined where there are none or one cannot be read. */
export function revocationListsOf(pem: string): RevocationList[] | undefined {
  return readable(() => RevocationList.readAll(blocks(pem, 'X509 CRL')));
}

function blocks(pem: string, label: string): string {
  return (pem.match(new RegExp(`-----BEGIN ${label}-----[^-]*-----END ${label}-----`, 'g')) ?? []).join('\n');
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
