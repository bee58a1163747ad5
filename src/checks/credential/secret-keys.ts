import { anchorObject, certificateObject, credentialReferences } from './reference';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { valueOf } from '../../mesh/secret';
import { entries, field, text } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { nameServer } from '../gateway/server';

/**
 * MTLS002: a Secret or ConfigMap lacks the keys that istiod reads.
 *
 * A Secret `<name>-cacert` that exists is final: where it lacks `cacert` and `ca.crt`, the trust anchor in the Secret `<name>` is not looked for (istio
 * `pilot/pkg/credentials/kube/secrets.go`). An empty value counts as missing.
 */
export const secretKeys: Check = {
  id: 'MTLS002',
  title: 'a Secret without the keys that Istio reads',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const found = new Map<KubeObject, Finding>();
    for (const reference of credentialReferences(context)) {
      const { credentials } = context.view;
      const isServer = reference.use === 'server';
      const object = isServer ? certificateObject(credentials, reference) : anchorObject(credentials, reference);
      const pairs = isServer ? [['tls.crt', 'tls.key'], ['cert', 'key']] : [['cacert'], ['ca.crt']];
      if (object === undefined || found.has(object) || !isFilled(object)) continue;
      if (pairs.some((keys) => keys.every((key) => valueOf(object, key) !== undefined))) continue;
      found.set(object, {
        object,
        path: [field(object.body, 'stringData') === undefined ? 'data' : 'stringData'],
        message: `${describeObject(object)} of ${nameServer(reference.server)} has neither ${isServer ? '`tls.crt` and `tls.key` nor `cert` and `key`' : '`cacert` nor `ca.crt`'}`,
        effect: isServer ? 'there is no server certificate, and every connection is closed during the handshake'
          : 'there is no trust anchor, other Secrets are not looked at, and every connection is closed during the handshake',
        cure: isServer ? 'write the certificate as `tls.crt` and its key as `tls.key`' : 'write the trust anchor as `cacert`',
        related: [reference.server.gateway.object],
      });
    }
    return [...found.values(), ...credentialsWithoutAuthority(context)];
  },
};

/** ASMCredentials of type `tls`, which has no `caCert`, whose Secret is to verify clients. */
function credentialsWithoutAuthority(context: CheckContext): Finding[] {
  const { credentials } = context.view;
  const found = new Map<KubeObject, Finding>();
  for (const { use, server, kind, namespace, name, workload } of credentialReferences(context)) {
    if (use === 'server' || kind !== 'kubernetes' || namespace !== workload.namespace || server.tls!.caCertCredentialName !== undefined) continue;
    const object = credentials.hasSecret(namespace, name) ? undefined : credentials.promiseOf(namespace, name.replace(/-cacert$/, ''));
    if (object?.kind !== 'ASMCredential' || text(field(object.spec, 'type')) !== 'tls' || found.has(object)) continue;
    found.set(object, {
      object,
      path: ['spec', 'type'],
      message: `${describeObject(object)} of ${nameServer(server)} is of type \`tls\`, which has no \`caCert\``,
      effect: 'there is no trust anchor, and every connection is closed during the handshake',
      cure: 'make it type `mtls`, with the CA of the clients in `caCert`',
      related: [server.gateway.object],
    });
  }
  return [...found.values()];
}

/** One without any value is filled by something else later. */
function isFilled({ body }: KubeObject): boolean {
  return entries(field(body, 'data')).length + entries(field(body, 'stringData')).length > 0;
}
