import { createHash } from 'node:crypto';
import { CertificateStore } from './certificate-store';
import { AuthorityEntry, CertificateEntry, StoreIndex } from './index-entry';
import { Side } from './layout';
import { PlannedFile } from './transaction';
import { formatMoment } from '../../../model/moment';
import { CertificateAuthority, IssuedCertificate } from '../../../pki';
import { Certificate } from '../../../x509/certificate';
import { namesOf, nameText } from '../certificate-text';

/** An index that is to be, and the files that go with it. */
export interface Change {
  readonly index: StoreIndex;
  readonly files: readonly PlannedFile[];
}

/** What the caller decides about a new CA. */
export interface NewAuthority {
  readonly name: string;
  readonly family: string;
  readonly state: AuthorityEntry['state'];
  readonly issues: readonly Side[];
  /** Name of the CA above it; itself for a root. */
  readonly issuer: string;
}

/** What the caller decides about a new certificate. */
export interface NewCertificate {
  readonly name: string;
  readonly side: Side;
  readonly issuer: string;
  /** Whether files of the same name may be replaced; what they held is kept under `issued/`. */
  readonly replace: boolean;
}

/** Adds a CA. */
export function withAuthority(store: CertificateStore, index: StoreIndex, made: CertificateAuthority, plan: NewAuthority, replace: boolean): Change {
  const files = store.layout.authority(plan.name, made.isRoot);
  const entry: AuthorityEntry = {
    ...plan, ...factsOf(Certificate.readAll(made.certificatePem)[0]), certificate: files.certificate, privateKey: files.privateKey,
  };
  const written: PlannedFile[] = [
    { path: files.privateKey, content: made.revealPrivateKeyPem(), secret: true, replace },
    { path: files.certificate, content: made.certificatePem, replace },
    ...made.isRoot ? [] : [{ path: files.chain, content: made.bundlePem, replace }],
  ];
  return {
    index: { ...index, authorities: [...index.authorities.filter(({ name }) => name !== plan.name), entry] },
    files: [...written, ...keepsakes(store, written)],
  };
}

/** Adds a certificate that was issued; one of the same name and side is replaced. */
export function withCertificate(store: CertificateStore, index: StoreIndex, issued: IssuedCertificate, plan: NewCertificate): Change {
  const { name, side, issuer, replace } = plan;
  const files = store.layout.leaf(side, name);
  const [leaf] = Certificate.readAll(issued.certificatePem);
  const copy = `issued/${issuer}-${leaf.serialNumber}.crt`;
  const old = index.certificates.find((entry) => entry.name === name && entry.side === side && entry.state === 'current');
  const keepsKey = !issued.hasPrivateKey && old?.privateKey === files.privateKey;
  const entry: CertificateEntry = {
    name,
    side,
    state: 'current',
    issuer,
    ...factsOf(leaf),
    names: namesOf(leaf),
    certificate: files.certificate,
    ...issued.hasPrivateKey || keepsKey ? { privateKey: files.privateKey } : {},
    copy,
  };
  // The old certificate has its copy already, and an old key is told apart by the same name.
  const kept = old === undefined || old.certificate !== files.certificate ? undefined : old.copy.replace(/\.crt$/, '.key');
  const written: PlannedFile[] = [
    ...issued.hasPrivateKey ? [{ path: files.privateKey, content: issued.revealPrivateKeyPem(), secret: true, replace }] : [],
    { path: files.certificate, content: issued.chainPem, replace },
  ];
  return {
    index: { ...index, certificates: [...index.certificates.map((other): CertificateEntry => other === old ? { ...old, state: 'replaced' } : other), entry] },
    files: [...written, { path: copy, content: issued.certificatePem }, ...keepsakes(store, written, kept)],
  };
}

// Whatever a file held that is replaced stays under a name made of its content: `--force` is no way to lose a key.
function keepsakes(store: CertificateStore, written: readonly PlannedFile[], keyName?: string): PlannedFile[] {
  return written.filter(({ replace }) => replace === true).flatMap(({ path, secret, content }) => {
    const old = store.contentOf(path);
    if (old === undefined || old === content) return [];
    if (keyName !== undefined) return secret === true ? [{ path: keyName, content: old, secret, replace: true }] : [];
    const digest = createHash('sha256').update(old).digest('hex').slice(0, 16);
    return [{ path: `issued/replaced-${digest}.${secret === true ? 'key' : 'crt'}`, content: old, secret, replace: true }];
  });
}

function factsOf(certificate: Certificate) {
  return {
    subject: nameText(certificate.subject),
    serialNumber: certificate.serialNumber,
    notBefore: formatMoment(certificate.notBefore),
    notAfter: formatMoment(certificate.notAfter),
  };
}
