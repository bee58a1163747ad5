import { Finding, unwise, wrong } from './finding';
import { SpiffeId } from '../../../model/spiffe-id';
import { Certificate } from '../../../x509/certificate';
import { nameText } from '../certificate-text';

/** Whether policies can recognise a client by its certificate. */
export function identityFindings(leaf: Certificate, where: string): Finding[] {
  const { uris, dnsNames } = leaf.extensions.alternativeNames;
  const name = nameText(leaf.subject);
  const subject = leaf.subject.length === 0 ? '' : name;
  const spiffe = uris.filter((uri) => uri.toLowerCase().startsWith('spiffe:'));
  return [
    ...spiffe.flatMap((uri) => spiffeProblem(uri)).map((problem) => wrong('spiffe-id', where, `${name}: ${problem}`, 'issue the certificate again with a SPIFFE ID of the standard: `pki client --spiffe spiffe://<trust domain>/<path>`')),
    ...uris.length < 2 ? [] : [unwise(
      'several-uris', where, `${name} has ${uris.length} URI names: any of them matches in a policy, and the SPIFFE standard allows one`, 'issue one certificate for each identity',
    )],
    ...subject !== '' || uris.length + dnsNames.length > 0 ? [] : [wrong('no-identity', where, 'the certificate has neither a subject nor alternative names: even `principals: ["*"]` does not match it', 'issue it again with a subject or a SPIFFE ID')],
    ...subject.startsWith('*') || subject.endsWith('*') ? [unwise(
      'wildcard-subject', where, `the subject \`${subject}\` begins or ends in \`*\`, which policies take for a wildcard`, 'issue it again with another name or order of attributes, or recognise the client by a SPIFFE ID',
    )] : [],
  ];
}

function spiffeProblem(uri: string): string[] {
  try {
    SpiffeId.parse(uri);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
