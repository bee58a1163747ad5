import { Attempt } from './attempt';
import { holder, SOME_ISSUER } from './caller';
import { OutsideWorld } from './outside';
import { demandsCertificate } from './place';
import { TENANT_CA } from './tenant-authority';
import { ANYTHING } from './vocabulary';
import { WayIn } from './way-in';
import { flatten, KubeObject, nameOf, readObject } from '../mesh/kube-object';
import { field, text, Value } from '../mesh/value';

const CURE = 'give every ExternalGateway of the cluster a name of its own, and let no tenant write them (RBAC on `externalgateways.gateway.kyma-project.io`, or an admission policy for names)';

/**
 * Looks for ExternalGateways that another one of the same name opens, one that is there or one that a tenant adds.
 *
 * What Kyma's operator makes in `istio-system` is named after the object alone: the one that is processed last replaces the trust anchor and the check of
 * subjects of the other (api-gateway 3.10).
 */
export function searchExternal(world: OutsideWorld, documents: readonly Value[], tenant: string | undefined): void {
  const all = flatten(documents).flatMap((document, index) => readObject(document, index) ?? [])
    .filter(({ kind, group }) => kind === 'ExternalGateway' && group === 'gateway.kyma-project.io');
  for (const victim of all) {
    const other = all.find(({ name, namespace }) => name === victim.name && namespace !== victim.namespace);
    if (other !== undefined) tryName(world, victim, `ExternalGateway ${nameOf(other)}`, { cause: `external ${victim.name}`, means: ['authority'] });
    else if (tenant !== undefined && tenant !== victim.namespace) tryName(world, victim, 'an ExternalGateway of the tenant', { cause: `tenant external ${victim.name}`, means: ['tenant'], objects: namesake(victim, tenant) });
  }
}

function tryName({ search, doors }: OutsideWorld, victim: KubeObject, by: string, way: Pick<WayIn, 'cause' | 'means' | 'objects'>): void {
  const host = text(field(victim.spec, 'externalDomain'));
  const home = host === undefined ? undefined : doors.home(host, true).find(demandsCertificate);
  if (host === undefined || home === undefined) return;
  const caller = holder({ subject: `CN=${ANYTHING}`, issuer: SOME_ISSUER, uris: [], dnsNames: [] }, `any certificate of the CA of ${by}`, false);
  const attempt: Attempt = { caller, door: home, host, path: '/', method: 'GET', headers: [] };
  const { state, decision } = search.exactly(attempt);
  if (state === 'closed') return;
  search.report({
    ...way,
    attempt,
    decision,
    because: `${by} has the name of ExternalGateway ${nameOf(victim)}: the operator names the trust anchor and the check of subjects in \`istio-system\` after it alone, and the last one counts${decision.isAllowed ? '' : `; behind the handshake the answer is ${decision.status ?? decision.outcome}`}`,
    cure: CURE,
    also: [],
  }, host);
}

function namesake({ name }: KubeObject, namespace: string): object[] {
  const metadata = (own: string) => ({ name: own, namespace });
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: metadata('tenant-ca'), stringData: { 'ca.crt': TENANT_CA } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('tenant-regions'), data: { 'regions.yaml': 'regions: [{name: own, ips: [], subjects: ["CN=anything"]}]\n' } },
    {
      apiVersion: 'gateway.kyma-project.io/v1alpha1',
      kind: 'ExternalGateway',
      metadata: metadata(name),
      spec: { externalDomain: `${name}.tenant.invalid`, internalDomain: { kymaSubdomain: 'external' }, region: 'own', regionsConfigMap: 'tenant-regions', caSecretRef: { name: 'tenant-ca' } },
    },
  ];
}
