import { certificatesOf } from './pem';
import { CredentialReference, credentialReferences } from './reference';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { CredentialStore, valueOf } from '../../mesh/secret';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { nameServer } from '../gateway/server';

/**
 * MTLS003: clients are verified by the CA that stands in the Secret of the server certificate.
 *
 * Where there is no Secret `<name>-cacert`, istiod takes `ca.crt` of the Secret `<name>`. cert-manager, Gardener and ACME clients write there the CA that issued the
 * server certificate, which issues certificates for others as well.
 */
export const sharedAuthority: Check = {
  id: 'MTLS003',
  title: 'the CA of the server certificate admits clients',
  severity: Severity.WARNING,
  effect: Effect.OPEN,
  find: (context) => {
    const found = new Map<string, Finding>();
    for (const reference of credentialReferences(context)) {
      const source = sourceOf(context.view.credentials, reference);
      if (source === undefined) continue;
      const { server, path, namespace, name } = reference;
      found.set(JSON.stringify([server.gateway.object.index, path]), {
        object: server.gateway.object,
        path,
        message: `${nameServer(server)} verifies clients by \`ca.crt\` of Secret \`${namespace}/${name.slice(0, -SUFFIX.length)}\`${source.kind === 'Secret' ? '' : `, which ${describeObject(source)} makes`}`,
        effect: 'every certificate of the CA that issued the server certificate gets in, whoever it was issued to',
        cure: `put the CA of the clients in a Secret \`${namespace}/${name}\`, key \`cacert\``,
        related: [source],
      });
    }
    return [...found.values()];
  },
};

const SUFFIX = '-cacert';

/** The Secret of the server certificate, or what makes it, where istiod takes the trust anchor from it. */
function sourceOf(credentials: CredentialStore, { use, server, workload, kind, namespace, name }: CredentialReference): KubeObject | undefined {
  if (use === 'server' || server.tls!.caCertCredentialName !== undefined || kind !== 'kubernetes' || namespace !== workload.namespace) return undefined;
  if (credentials.hasSecret(namespace, name)) return undefined;
  // One in another namespace is what was meant, and MTLS001.
  if (credentials.inOtherNamespaces(namespace, name).length > 0) return undefined;
  const base = name.slice(0, -SUFFIX.length);
  const secret = credentials.secret(namespace, base);
  if (secret === undefined) {
    const maker = credentials.promiseOf(namespace, base);
    return maker?.kind === 'Certificate' ? maker : undefined;
  }
  const anchor = valueOf(secret, 'cacert') ?? valueOf(secret, 'ca.crt');
  return anchor === undefined || isOfClients(anchor, valueOf(secret, 'cert') ?? valueOf(secret, 'tls.crt') ?? '') ? undefined : secret;
}

/** Whether the CA is known not to have issued the server certificate: then somebody chose it. */
function isOfClients(anchor: string, certificate: string): boolean {
  const authorities = certificatesOf(anchor);
  const chain = certificatesOf(certificate);
  if (authorities === undefined || chain === undefined) return false;
  return !chain.some((link) => authorities.some((authority) => link.isSignedBy(authority) || link.equals(authority)));
}
