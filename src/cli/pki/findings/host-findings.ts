import { Finding, wrong } from './finding';
import { Certificate } from '../../../x509/certificate';
import { coversHost } from '../../../x509/host-coverage';
import { namesOf, nameText } from '../certificate-text';

/** Which hosts a server certificate is not valid for. `*` alone is asked of no certificate. */
export function hostFindings(leaf: Certificate, hosts: readonly string[], where: string): Finding[] {
  return hosts.filter((host) => host !== '*' && !coversHost(leaf, host)).map((host) => wrong(
    'host-not-covered', where,
    `host \`${host}\` is covered by no alternative name of ${nameText(leaf.subject)}: ${namesOf(leaf).join(', ') || 'it has none, and the common name does not count'}`,
    `issue it again with this host: \`pki server '${host}'\``,
  ));
}
