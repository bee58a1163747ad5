import { createHash } from 'node:crypto';
import { Command, Option } from 'commander';
import { keyText, nameText, namesOf, signatureText } from './certificate-text';
import { blocksOf, certificatesOf, readPemText, revocationListsOf, withoutExplanations } from './pem-file';
import { asText } from '../read-file';
import { mayIssueFor } from './findings/anchor-findings';
import { identityFindings } from './findings/identity-findings';
import { DistinguishedName } from '../../model/distinguished-name';
import { formatMoment } from '../../model/moment';
import { CertificateSigningRequest } from '../../pki';
import { Certificate } from '../../x509/certificate';
import { RevocationList } from '../../x509/crl';
import { allowsPurpose } from '../../x509/key-purpose';
import { readPrivateKey } from '../../x509/private-key';
import { Stop, stopping } from '../exit-status';
import { Run } from '../run';
import { printable } from '../terminal';

/** A thing in a file: what it is, and what is to be said of it. */
interface Inspected {
  readonly kind: string;
  readonly file: string;
  readonly facts: Readonly<Record<string, string | readonly string[] | boolean>>;
}

/** Adds `pki inspect`. */
export function addInspect(pki: Command, { terminal }: Run): void {
  pki.command('inspect')
    .description('tell what Istio sees in certificates: the subject header, the principals that match, the usages; also CRLs and requests')
    .argument('<file...>', 'PEM files; `-` is standard input')
    .addOption(new Option('--format <format>', 'form of the answer').choices(['text', 'json']).default('text'))
    .action((files: string[], { format }: { format: string }) => {
      const things = files.flatMap((file) => {
        const text = file === '-' ? withoutExplanations(asText(terminal.readInput(), 'standard input')) : readPemText(file, 'file');
        return blocksOf(text, `file \`${file}\``).map((block) => inspectBlock(block, file));
      });
      terminal.write(format === 'json' ? `${JSON.stringify(things, undefined, 2)}\n` : things.map(toText).join('\n'));
    });
}

function inspectBlock({ label, pem }: { readonly label: string; readonly pem: string }, file: string): Inspected {
  const what = `file \`${file}\``;
  switch (label) {
    case 'CERTIFICATE':
      return { kind: 'certificate', file, facts: certificateFacts(certificatesOf(pem, what)[0]) };
    case 'X509 CRL':
      return { kind: 'revocation list', file, facts: listFacts(revocationListsOf(pem, what)[0]) };
    case 'CERTIFICATE REQUEST':
    case 'NEW CERTIFICATE REQUEST':
      return { kind: 'signing request', file, facts: requestFacts(stopping(Stop.unreadable, () => CertificateSigningRequest.fromPem(pem))) };
    default:
      if (label.endsWith('PRIVATE KEY')) {
        return { kind: 'private key', file, facts: { key: keyText(stopping(Stop.unreadable, () => readPrivateKey(pem, `private key in ${what}`))), note: 'not shown' } };
      }
      throw Stop.unreadable(`${what} holds a \`${label}\` block: expected certificates, revocation lists, signing requests or keys`);
  }
}

/** What there is to say of a certificate, by name of the fact. */
export function certificateFacts(certificate: Certificate): Inspected['facts'] {
  const { alternativeNames: { uris }, basicConstraints, refusedCritical } = certificate.extensions;
  const subject = DistinguishedName._ofName(certificate.subject);
  const limit = basicConstraints?.pathLength;
  return {
    'subject': subject.envoySubject,
    'openssl': subject.openSsl,
    'issuer': certificate.isSelfSigned ? `${nameText(certificate.issuer)} (itself)` : nameText(certificate.issuer),
    'names': namesOf(certificate),
    'X-CLIENT-SSL-CN': subject.envoySubject,
    'X-CLIENT-SSL-SAN': uris.join(','),
    'X-CLIENT-SSL-ISSUER': DistinguishedName._ofName(certificate.issuer).envoySubject,
    'principals': principalsOf(certificate),
    'usages': usagesOf(certificate),
    'ca': certificate.isCa ? `yes${limit === undefined ? '' : `, at most ${limit} intermediate CAs below it`}` : 'no',
    'valid': `${formatMoment(certificate.notBefore)} to ${formatMoment(certificate.notAfter)}`,
    'key': keyText(certificate.publicKey),
    'signature': signatureText(certificate.signatureAlgorithm),
    'serial': certificate.serialNumber,
    'sha256': createHash('sha256').update(certificate.der).digest('hex'),
    'remarks': [
      ...refusedCritical.map((oid) => `critical extension ${oid}, which Envoy does not know: it refuses the certificate`),
      ...certificate.isCa ? [] : identityFindings(certificate, '').map(({ message }) => message),
    ],
  };
}

/**
 * The values of `principals` that match a client with this certificate in a policy on the gateway.
 *
 * Envoy compares `spiffe://` and the value with every URI and DNS name and with the subject; `*` wants any name at all.
 */
function principalsOf(certificate: Certificate): string[] {
  const { uris, dnsNames } = certificate.extensions.alternativeNames;
  const values = uris.filter((uri) => uri.startsWith('spiffe://')).map((uri) => uri.slice('spiffe://'.length)).filter((value) => value !== '' && !/^\*|\*$/.test(value));
  return [...new Set(values), ...uris.length + dnsNames.length + certificate.subject.length > 0 ? ['*'] : []];
}

function usagesOf(certificate: Certificate): string[] {
  const purposes: ['serverAuth', 'clientAuth'] = ['serverAuth', 'clientAuth'];
  const allowed = purposes.filter((purpose) => certificate.isCa ? mayIssueFor(certificate, purpose) : allowsPurpose([certificate], purpose)).map((purpose) => purpose === 'serverAuth' ? 'server' : 'client');
  return certificate.isCa ? ['certificates', ...allowed.map((side) => `${side}s below it`)] : allowed;
}

function listFacts(list: RevocationList): Inspected['facts'] {
  return {
    issuer: nameText(list.issuer),
    valid: `${formatMoment(list.thisUpdate)} to ${list.nextUpdate === undefined ? 'no date, so Envoy refuses every client' : formatMoment(list.nextUpdate)}`,
    signature: signatureText(list.signatureAlgorithm),
    revoked: list.revokedSerialNumbers,
  };
}

function requestFacts(request: CertificateSigningRequest): Inspected['facts'] {
  const { subject, dnsNames, uris, ipAddresses, emailAddresses, usages } = request;
  return {
    'subject': subject.envoySubject,
    'openssl': subject.openSsl,
    'names': [...dnsNames.map((name) => `DNS:${name}`), ...uris.map((name) => `URI:${name}`), ...ipAddresses.map((name) => `IP:${name}`), ...emailAddresses.map((name) => `email:${name}`)],
    'asks for': usages,
    'signature': 'is the one of its key',
  };
}

const LABELS: Record<string, string> = { openssl: 'in openssl', ca: 'CA', sha256: 'SHA-256' };
const WIDTH = 20;

function toText({ kind, file, facts }: Inspected): string {
  const lines = Object.entries(facts).filter(([, value]) => !Array.isArray(value) || value.length > 0).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value as string[] : [String(value) === '' ? '(none)' : String(value)];
    return values.map((entry, index) => `  ${(index === 0 ? LABELS[name] ?? name : '').padEnd(WIDTH)} ${printable(entry)}`);
  });
  return `${printable(`${kind} in ${file}`)}\n${lines.join('\n')}\n`;
}
