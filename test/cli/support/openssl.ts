import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs OpenSSL, the judge of what we write. Throws with what it said when it fails. */
export function openssl(args: readonly string[], input?: string): string {
  return execFileSync('openssl', args, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Whether OpenSSL accepts something. */
export function opensslAccepts(args: readonly string[]): boolean {
  return spawnSync('openssl', args).status === 0;
}

/** What OpenSSL is to make. */
export interface Wanted {
  readonly subject?: string;
  /** Lines of an extension section. */
  readonly extensions?: readonly string[];
  /** Name of the issuer; itself without one. */
  readonly issuer?: string;
  /** Arguments of `openssl genpkey`. */
  readonly key?: readonly string[];
  readonly days?: number;
  readonly digest?: string;
  readonly serial?: string;
}

/** An extension section of a CA. */
export const CA = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign', 'subjectKeyIdentifier=hash'];
/** An extension section of a server. */
export const SERVER = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=serverAuth', 'subjectAltName=DNS:example.com'];
/** An extension section of a client. */
export const CLIENT = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth'];
/** Arguments that make a weak key. */
export const RSA_1024 = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'];

/** Makes certificates in a directory: `<name>.crt` and `<name>.key`. */
export class Workshop {
  public constructor(private readonly directory: string) {}

  public path(file: string): string {
    return join(this.directory, file);
  }

  public read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }

  public write(file: string, content: string | Buffer): string {
    writeFileSync(this.path(file), content);
    return this.path(file);
  }

  /** Puts the contents of some files into one. */
  public join(file: string, parts: readonly string[]): string {
    return this.write(file, parts.map((part) => this.read(part)).join(''));
  }

  /** Makes a key and a certificate, and tells the path of the certificate. */
  public make(name: string, wanted: Wanted = {}): string {
    const { subject = `/CN=${name}`, extensions = [], issuer = name, key = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], days = 365 } = wanted;
    openssl(['genpkey', ...key, '-out', this.path(`${name}.key`)]);
    openssl(['req', '-new', '-utf8', '-subj', subject, '-key', this.path(`${name}.key`), '-out', this.path(`${name}.csr`)]);
    this.write(`${name}.ext`, `${extensions.join('\n')}\n`);
    const signer = issuer === name ? ['-signkey', this.path(`${name}.key`)] : ['-CA', this.path(`${issuer}.crt`), '-CAkey', this.path(`${issuer}.key`)];
    openssl([
      'x509', '-req', '-in', this.path(`${name}.csr`), ...signer, '-set_serial', wanted.serial ?? `0x${Buffer.from(name).toString('hex')}`,
      '-days', String(days), `-${wanted.digest ?? 'sha256'}`, '-extfile', this.path(`${name}.ext`), '-out', this.path(`${name}.crt`),
    ]);
    return this.path(`${name}.crt`);
  }
}
