import { listenerReferences } from './listener-references';
import { CredentialName, readCredentialName } from '../../mesh/credential-name';
import type { GatewayServer, ServerTls } from '../../mesh/gateway';
import type { KubeObject } from '../../mesh/kube-object';
import type { CredentialStore } from '../../mesh/secret';
import type { Workload } from '../../mesh/workload';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { isWritten, pathOf, placeOf } from '../gateway/server';
import { oncePerContext } from '../written';

/** A credential that a server of some gateway pods needs. */
export interface CredentialReference extends CredentialName {
  readonly server: GatewayServer;
  /** The gateway pods. */
  readonly workload: Workload;
  readonly use: 'server' | 'anchor';
  /** As written; of a trust anchor that no field names, what istiod looks for first. */
  readonly credential: string;
  /** The field that leads to it. */
  readonly path: FieldPath;
}

/** What the servers that verify clients, or show a certificate, need of the gateway pods' credentials, in order; then what listeners of the Gateway API need. */
export const credentialReferences: (context: CheckContext) => readonly CredentialReference[] = oncePerContext((context) => (
  [...serverReferences(context), ...listenerReferences(context)]));

function serverReferences({ proxies }: CheckContext): CredentialReference[] {
  return proxies.flatMap(({ workload, servers }) => servers.flatMap(({ server }) => {
    const { tls } = server;
    if (!isWritten(server.gateway) || tls === undefined || tls.credentialNames.length === 0) return [];
    if (!['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(tls.mode)) return [];
    const of = (use: CredentialReference['use'], credential: string, path: FieldPath): CredentialReference => (
      { server, workload, use, credential, path, ...readCredentialName(credential, workload.namespace) });
    const named = tls.credentialNames.map((credential, index) => of('server', credential, nameField(server, index)));
    return tls.mode === 'SIMPLE' ? named : [...named, anchor(tls, server, of)];
  }));
}

/** The Secret or ConfigMap with a trust anchor, where it is among the manifests and istiod takes it for one. */
export function anchorObject(credentials: CredentialStore, reference: Omit<CredentialReference, 'server'>): KubeObject | undefined {
  const { use, kind, namespace, name, workload } = reference;
  if (use === 'server') return undefined;
  if (kind === 'configmap') return credentials.configMap(namespace, name.replace(/-cacert$/, ''));
  // A trust anchor under another name is MTLS004.
  return kind === 'kubernetes' && namespace === workload.namespace && name.endsWith('-cacert') ? credentials.secret(namespace, name) : undefined;
}

/** The Secret with a server certificate, where it is among the manifests. */
export function certificateObject(credentials: CredentialStore, reference: CredentialReference): KubeObject | undefined {
  const { use, kind, namespace, name, workload } = reference;
  return use === 'server' && kind === 'kubernetes' && namespace === workload.namespace ? credentials.secret(namespace, name) : undefined;
}

function anchor(tls: ServerTls, server: GatewayServer, of: (use: 'anchor', credential: string, path: FieldPath) => CredentialReference): CredentialReference {
  const explicit = tls.caCertCredentialName;
  if (explicit !== undefined) return of('anchor', explicit, pathOf(server, 'tls', 'caCertCredentialName'));
  return of('anchor', `${tls.credentialNames[0]}-cacert`, nameField(server, 0));
}

function nameField(server: GatewayServer, index: number): FieldPath {
  const body = server.gateway.object.spec as { servers: { tls: { credentialNames?: unknown[] } }[] };
  const { credentialNames } = body.servers[placeOf(server)].tls;
  return pathOf(server, 'tls', ...(credentialNames === undefined || credentialNames === null || credentialNames.length === 0 ? ['credentialName'] : ['credentialNames', index]));
}
