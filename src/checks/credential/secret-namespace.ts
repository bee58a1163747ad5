import { CredentialReference, credentialReferences } from './reference';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { at } from '../../mesh/value';
import { MeshProfile } from '../../model/mesh-profile';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { isPlaced } from '../gateway/placed';
import { nameServer } from '../gateway/server';

/**
 * MTLS001: a Secret that a server names is in another namespace than the gateway's pods.
 *
 * istiod reads credentials of the namespace of the pods that ask for them, wherever the Gateway object is (istio `pilot/pkg/credentials`), and refuses names
 * with another one.
 */
export const secretNamespace: Check = {
  id: 'MTLS001',
  title: 'a Secret in another namespace than the gateway\'s pods',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    // Every gateway of ASM is in `istio-system`, whatever its labels.
    const isKnown = ({ workload }: CredentialReference) => isPlaced(workload) || context.profile.mesh === MeshProfile.ASM;
    const references = credentialReferences(context).filter((reference) => reference.kind === 'kubernetes' && isKnown(reference));
    const wanted = new Set(references.map(({ credential, workload }) => JSON.stringify([credential, workload.namespace])));
    const found = new Map<string, Finding>();
    for (const reference of references) {
      for (const finding of [...foreignName(context, reference), ...misplaced(context, reference, wanted)]) {
        const key = JSON.stringify([finding.object.index, finding.path, finding.message]);
        if (!found.has(key)) found.set(key, finding);
      }
    }
    return [...found.values()];
  },
};

function foreignName(context: CheckContext, reference: CredentialReference): Finding[] {
  const { server, workload, credential, namespace, path, name } = reference;
  if (namespace === workload.namespace) return [];
  return [{
    ...certainty(context, reference),
    object: server.gateway.object,
    path,
    message: `${nameServer(server)} names credential \`${credential}\`, and its pods run in \`${workload.namespace}\``,
    effect: OUTAGE,
    cure: `put the Secret in \`${workload.namespace}\` and name it \`${name}\``,
  }];
}

function misplaced(context: CheckContext, reference: CredentialReference, wanted: ReadonlySet<string>): Finding[] {
  const { server, workload, credential, namespace, name } = reference;
  const { credentials } = context.view;
  if (namespace !== workload.namespace || credentials.hasSecret(namespace, name)) return [];
  const others = credentials.inOtherNamespaces(namespace, name);
  // One that other gateway pods need where it is belongs to them.
  if (others.some((other) => wanted.has(JSON.stringify([credential, other.namespace])))) return [];
  return others.slice(0, 1).map(({ namespace: place, object }) => ({
    ...certainty(context, reference),
    object,
    path: namespaceField(object),
    message: `Secret \`${place}/${name}\` ${object.kind === 'Secret' ? '' : `of ${describeObject(object)} `}is needed by ${nameServer(server)} in \`${namespace}\`, where its pods run`,
    effect: OUTAGE,
    cure: `put it in \`${namespace}\``,
    patch: namespaceField(object).length === 2 ? [{ op: at(object.body, 'metadata', 'namespace') === undefined ? 'add' : 'replace', path: '/metadata/namespace', value: namespace }] : undefined,
    related: [server.gateway.object],
  }));
}

const OUTAGE = 'istiod does not find the Secret, and every connection to the server is closed during the handshake';

/** A Gardener Certificate may name the Secret's namespace. */
function namespaceField(object: KubeObject): string[] {
  return at(object.spec, 'secretRef', 'namespace') === undefined ? ['metadata', 'namespace'] : ['spec', 'secretRef', 'namespace'];
}

/** The gateway pods of Kyma and of ASM are always where istioctl's are; of others that are not among the manifests it is an assumption. */
function certainty({ profile }: CheckContext, { workload }: CredentialReference): { readonly severity?: Severity } {
  return workload.assumed === undefined || profile.mesh !== MeshProfile.ISTIO ? {} : { severity: Severity.WARNING };
}
