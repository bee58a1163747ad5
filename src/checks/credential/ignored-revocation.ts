import { certificatesOf, revocationListsOf } from './pem';
import { anchorObject, credentialReferences } from './reference';
import { describeObject } from '../../mesh/kube-object';
import { valueOf } from '../../mesh/secret';
import { field, text } from '../../mesh/value';
import type { Certificate } from '../../x509/certificate';
import { encodeName } from '../../x509/name';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { nameServer, pathOf, writtenServers } from '../gateway/server';

/**
 * MTLS042: revocation lists that are not read, or not for every CA.
 *
 * With `credentialName`, istiod reads the list from the Secret of the trust anchor and not from `caCrl`. As soon as there is one list, Envoy demands one of every CA in the
 * chain (X509_V_FLAG_CRL_CHECK_ALL).
 */
export const ignoredRevocation: Check = {
  id: 'MTLS042',
  title: 'revocation lists that are ignored or incomplete',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => [...ignored(context), ...incomplete(context)],
};

function ignored({ view }: CheckContext): Finding[] {
  return writtenServers(view).filter(({ server: { tls }, raw }) => tls !== undefined && tls.credentialNames.length > 0 && Boolean(text(field(field(raw, 'tls'), 'caCrl')))
    && (tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL')).map(({ server, raw, name }) => ({
    object: server.gateway.object,
    path: pathOf(server, 'tls', 'caCrl'),
    message: `${name} has \`caCrl\` \`${text(field(field(raw, 'tls'), 'caCrl'))!}\` beside \`credentialName\``,
    effect: 'the file is not read, and revoked certificates get in',
    cure: 'put the list beside the trust anchor: key `crl` in the Secret with `cacert`',
    patch: [{ op: 'remove', path: `/${pathOf(server, 'tls', 'caCrl').join('/')}` }],
  }));
}

function incomplete(context: CheckContext): Finding[] {
  const found = new Map<unknown, Finding>();
  for (const { server, ...reference } of credentialReferences(context)) {
    const object = anchorObject(context.view.credentials, reference);
    if (object === undefined || found.has(object)) continue;
    const keys = valueOf(object, 'cacert') === undefined ? ['ca.crt', 'ca.crl'] : ['cacert', 'crl'];
    const authorities = certificatesOf(valueOf(object, keys[0]) ?? '');
    const lists = revocationListsOf(valueOf(object, keys[1]) ?? '');
    const hasList = ({ subject }: Certificate) => lists!.some(({ issuer }) => encodeName(issuer).equals(encodeName(subject)));
    const without = lists === undefined ? undefined : authorities?.find((authority) => !hasList(authority));
    if (without === undefined) continue;
    found.set(object, {
      object,
      path: [field(object.body, 'stringData') === undefined ? 'data' : 'stringData', keys[1]],
      message: `${describeObject(object)} of ${nameServer(server)} has revocation lists and none of its CA ${authorities!.indexOf(without) + 1}`,
      effect: 'every client whose certificate that CA issued is refused',
      cure: `add a list of each CA to \`${keys[1]}\`, an empty one where nothing is revoked`,
      related: [server.gateway.object],
    });
  }
  return [...found.values()];
}
