import { Attempt } from './attempt';
import { holder, SOME_ISSUER } from './caller';
import { anchorOf, demandsCertificate, Door, Doors } from './place';
import { Search } from './search';
import { ANYTHING } from './vocabulary';
import { EvaluatedMesh } from '../authz/evaluation';
import { certificateBlocks } from '../authz/server-credential';
import { describeServer } from '../mesh/gateway';
import { Material } from '../mesh/secret';
import { DistinguishedName } from '../model/distinguished-name';
import { Certificate } from '../x509/certificate';

/**
 * Looks for servers that verify clients by the CA that certifies servers.
 *
 * Certificate controllers and ACME clients write the issuer's certificate into the Secret of the server as `ca.crt`, and without a Secret `…-cacert`
 * istiod takes that for the client CA: then whoever has a certificate of that issuer, be it a public one, is a client.
 */
export function searchAuthority(search: Search, mesh: EvaluatedMesh, doors: Doors, host: string): void {
  const home = doors.home(host, true).find(demandsCertificate);
  const anchor = home === undefined ? undefined : anchorOf(mesh, home);
  if (home === undefined || anchor === undefined) return;
  const shared = sharedAuthority(home, anchor);
  if (shared === undefined) return;
  const caller = holder({ subject: `CN=${ANYTHING}.invalid`, issuer: shared.issuer ?? SOME_ISSUER, uris: [], dnsNames: [`${ANYTHING}.invalid`] }, `any certificate of ${shared.text}`, false);
  const attempt: Attempt = { caller, door: home, host, path: '/', method: 'GET', headers: [] };
  const verdict = search.exactly(attempt);
  if (verdict.state === 'closed') return;
  search.report({
    cause: `authority ${describeServer(home.server)}`,
    means: ['authority'],
    attempt,
    decision: verdict.decision,
    because: `${describeServer(home.server)} verifies clients by ${shared.where}, ${shared.why}${verdict.state === 'in' ? '' : `; behind the handshake the answer is ${verdict.decision.status ?? verdict.decision.outcome}`}`,
    cure: `put the CA that issues your clients' certificates into a Secret \`${shared.secret}-cacert\` with the key \`cacert\`: it comes before \`ca.crt\``,
    also: [],
  }, host);
}

interface Shared {
  readonly text: string;
  readonly where: string;
  readonly why: string;
  readonly secret: string;
  readonly issuer?: string;
}

function sharedAuthority({ server, proxy }: Door, anchor: Material): Shared | undefined {
  const [name] = server.tls?.credentialNames ?? [];
  const secret = `${proxy.workload.namespace}/${name}`;
  if (name === undefined || server.tls?.caCertCredentialName !== undefined) return undefined;
  if (anchor.state === 'unknown' && anchor.source === secret) {
    return { secret, text: 'the CA that issues the server certificate', where: `Secret \`${secret}\``, why: 'which a certificate controller writes: `ca.crt` in it is the issuer of the server certificate' };
  }
  if (anchor.state !== 'present' || anchor.source !== secret || anchor.item !== 'ca.crt') return undefined;
  const [ca] = Certificate.readAll(certificateBlocks(anchor.pem));
  const issuer = DistinguishedName._ofName(ca.subject).envoySubject;
  return { secret, issuer, text: `the CA in \`ca.crt\` (${issuer})`, where: `\`ca.crt\` of its own Secret \`${secret}\``, why: 'where certificate controllers and ACME clients write the issuer of the server certificate' };
}
