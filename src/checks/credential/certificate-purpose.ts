import { certificatesOf } from './pem';
import { credentialReferences } from './reference';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { valueOf } from '../../mesh/secret';
import { field, texts } from '../../mesh/value';
import { allowsPurpose } from '../../x509/key-purpose';
import type { Check } from '../check';
import { Effect, FieldPath, Finding, Severity } from '../finding';
import { nameServer } from '../gateway/server';

/**
 * MTLS043: a server certificate that is not for servers.
 *
 * Clients refuse a certificate whose extended key usage is there and lacks serverAuth (RFC 5280 section 4.2.1.12); Envoy serves it all the same.
 */
export const certificatePurpose: Check = {
  id: 'MTLS043',
  title: 'a server certificate that is not for servers',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const found = new Map<KubeObject, Finding>();
    for (const { use, kind, namespace, name, workload, server } of credentialReferences(context)) {
      if (use !== 'server' || kind !== 'kubernetes' || namespace !== workload.namespace) continue;
      const { credentials } = context.view;
      const object = credentials.secret(namespace, name) ?? credentials.promiseOf(namespace, name);
      const path = object === undefined ? undefined : fieldOfPurpose(object);
      if (object === undefined || path === undefined || found.has(object)) continue;
      found.set(object, {
        object,
        path,
        message: `the certificate of ${describeObject(object)}, which ${nameServer(server)} shows, is not for servers`,
        effect: 'clients refuse the connection: its extended key usage lacks serverAuth',
        cure: 'issue it with extended key usage serverAuth (cert-manager: `usages: [server auth]`)',
        related: [server.gateway.object],
      });
    }
    return [...found.values()];
  },
};

/** The field that leaves servers out; undefined where none does, or the certificate cannot be read. */
function fieldOfPurpose(object: KubeObject): FieldPath | undefined {
  if (object.kind === 'Secret') {
    const key = valueOf(object, 'cert') !== undefined && valueOf(object, 'key') !== undefined ? 'cert' : 'tls.crt';
    const chain = certificatesOf(valueOf(object, key) ?? '');
    return chain === undefined || allowsPurpose(chain.slice(0, 1), 'serverAuth') ? undefined : [field(object.body, 'stringData') === undefined ? 'data' : 'stringData', key];
  }
  if (object.group !== 'cert-manager.io') return undefined;
  const usages = texts(field(object.spec, 'usages'));
  const extended = usages.some((usage) => EXTENDED.has(usage));
  return extended && !usages.includes('server auth') && !usages.includes('any') ? ['spec', 'usages'] : undefined;
}

// cert-manager writes no extended key usage where none of these is asked for.
const EXTENDED = new Set(['client auth', 'code signing', 'email protection', 's/mime', 'ipsec end system', 'ipsec tunnel', 'ipsec user', 'timestamping', 'ocsp signing', 'microsoft sgc', 'netscape sgc']);
