import { anchorObject, certificateObject, credentialReferences } from './reference';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { valueOf } from '../../mesh/secret';
import { field } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { nameServer } from '../gateway/server';

/**
 * MTLS058: a Secret holds its certificate under both names that istiod knows, of which it reads one.
 *
 * `cert` and `key` come before `tls.crt` and `tls.key`, `cacert` before `ca.crt`; a pair of which one is missing or empty is passed over (istio
 * `pilot/pkg/credentials/kube/secrets.go`).
 */
export const twoCertificates: Check = {
  id: 'MTLS058',
  title: 'a Secret with its certificate under two names',
  severity: Severity.WARNING,
  effect: Effect.IGNORED,
  find: (context) => {
    const found = new Map<string, Finding>();
    for (const reference of credentialReferences(context)) {
      const { use, server } = reference;
      const { credentials } = context.view;
      const object = certificateObject(credentials, reference) ?? anchorObject(credentials, reference);
      const pair = object === undefined ? undefined : use === 'server' ? serverKeys(object) : anchorKeys(object);
      if (object === undefined || pair === undefined || found.has(`${object.index} ${use}`)) continue;
      found.set(`${object.index} ${use}`, {
        object,
        path: [field(object.body, 'stringData') === undefined ? 'data' : 'stringData', pair.ignored],
        message: `${describeObject(object)} of ${nameServer(server)} has \`${pair.ignored}\` beside \`${pair.read}\``,
        effect: `Istio reads \`${pair.read}\`: whoever renews \`${pair.ignored}\` changes nothing`,
        cure: 'keep one of them',
        related: [server.gateway.object],
      });
    }
    return [...found.values()];
  },
};

function serverKeys(object: KubeObject): { readonly read: string; readonly ignored: string } | undefined {
  const has = (key: string) => valueOf(object, key) !== undefined;
  if (has('cert') && has('key')) return has('tls.crt') ? { read: 'cert', ignored: 'tls.crt' } : undefined;
  return has('cert') && has('tls.crt') && has('tls.key') ? { read: 'tls.crt', ignored: 'cert' } : undefined;
}

function anchorKeys(object: KubeObject): { readonly read: string; readonly ignored: string } | undefined {
  return valueOf(object, 'cacert') !== undefined && valueOf(object, 'ca.crt') !== undefined && valueOf(object, 'cacert') !== valueOf(object, 'ca.crt') ? { read: 'cacert', ignored: 'ca.crt' } : undefined;
}
