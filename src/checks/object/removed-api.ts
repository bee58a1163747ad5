import { describeObject, KubeObject } from '../../mesh/kube-object';
import { at, field, text, textMap } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, PatchOperation, Severity } from '../finding';
import { selectorText } from '../selector-text';

/** What replaced a version of an API, and since when the old one is gone; by group and version, or with the kind. */
const REMOVED = new Map<string, { readonly since: string; readonly use?: string }>([
  ...['Deployment', 'DaemonSet', 'ReplicaSet'].map((kind): [string, { since: string; use: string }] => [`extensions/v1beta1 ${kind}`, { since: 'Kubernetes 1.16', use: 'apps/v1' }]),
  ['extensions/v1beta1 NetworkPolicy', { since: 'Kubernetes 1.16', use: 'networking.k8s.io/v1' }],
  ['extensions/v1beta1 PodSecurityPolicy', { since: 'Kubernetes 1.16' }],
  ['extensions/v1beta1 Ingress', { since: 'Kubernetes 1.22', use: 'networking.k8s.io/v1' }],
  ['apps/v1beta1', { since: 'Kubernetes 1.16', use: 'apps/v1' }],
  ['apps/v1beta2', { since: 'Kubernetes 1.16', use: 'apps/v1' }],
  ['networking.k8s.io/v1beta1 Ingress', { since: 'Kubernetes 1.22', use: 'networking.k8s.io/v1' }],
  ['networking.k8s.io/v1beta1 IngressClass', { since: 'Kubernetes 1.22', use: 'networking.k8s.io/v1' }],
  ['rbac.authorization.k8s.io/v1beta1', { since: 'Kubernetes 1.22', use: 'rbac.authorization.k8s.io/v1' }],
  ['apiextensions.k8s.io/v1beta1', { since: 'Kubernetes 1.22', use: 'apiextensions.k8s.io/v1' }],
  ['batch/v1beta1', { since: 'Kubernetes 1.25', use: 'batch/v1' }],
  ['policy/v1beta1 PodDisruptionBudget', { since: 'Kubernetes 1.25', use: 'policy/v1' }],
  ['policy/v1beta1 PodSecurityPolicy', { since: 'Kubernetes 1.25' }],
  ['autoscaling/v2beta1', { since: 'Kubernetes 1.25', use: 'autoscaling/v2' }],
  ['autoscaling/v2beta2', { since: 'Kubernetes 1.26', use: 'autoscaling/v2' }],
  ['authentication.istio.io/v1alpha1', { since: 'Istio 1.6' }],
  ['rbac.istio.io/v1alpha1', { since: 'Istio 1.6' }],
  ['config.istio.io/v1alpha2', { since: 'Istio 1.8' }],
  ['certmanager.k8s.io/v1alpha1', { since: 'cert-manager 0.11', use: 'cert-manager.io/v1' }],
  ...['v1alpha2', 'v1alpha3', 'v1beta1'].map((version): [string, { since: string; use: string }] => [`cert-manager.io/${version}`, { since: 'cert-manager 1.6', use: 'cert-manager.io/v1' }]),
]);

const OLD_VERSIONS = new Set([...REMOVED.keys()].map((key) => key.split(' ')[0]));

/** MTLS062: an object of an API version that servers do not know any more (Kubernetes deprecated API migration guide, release notes of Istio and cert-manager). */
export const removedApi: Check = {
  id: 'MTLS062',
  title: 'an API version that is gone',
  severity: Severity.ERROR,
  effect: Effect.REFUSED,
  find: ({ objects }) => objects.flatMap((object) => {
    const version = text(field(object.body, 'apiVersion'))!;
    if (!OLD_VERSIONS.has(version)) return [];
    const removed = REMOVED.get(version) ?? REMOVED.get(`${version} ${object.kind}`);
    if (removed === undefined) return [];
    return [{
      object,
      path: ['apiVersion'],
      message: `${describeObject(object)} has \`apiVersion\` \`${version}\`, which is gone since ${removed.since}`,
      effect: 'the API server does not know the kind, and nothing is created',
      ...replacement(object, version, removed.use),
    }];
  }),
};

interface Replacement {
  readonly cure: string;
  readonly patch?: readonly PatchOperation[];
}

/** What takes the place of an old version, as a patch where no other field has to change, or where it is plain how. */
function replacement(object: KubeObject, version: string, use: string | undefined): Replacement {
  if (use === undefined) return { cure: 'use what replaced it' };
  if (isSpeltOtherwise(object, version)) return { cure: `use \`${use}\`, in which some fields of \`spec\` have other names or another shape` };
  const written: PatchOperation = { op: 'replace', path: '/apiVersion', value: use };
  if (!SELECTING.has(object.kind) || field(object.spec, 'selector') !== undefined) return { cure: `use \`${use}\``, patch: [written] };
  // The old versions took the labels of the pods where no selector was written.
  const labels = textMap(at(object.spec, 'template', 'metadata', 'labels'));
  const cure = `use \`${use}\`, which demands a selector too: \`${selectorText(labels)}\``;
  return labels.size === 0 ? { cure } : { cure, patch: [written, { op: 'add', path: '/spec/selector', value: { matchLabels: Object.fromEntries(labels) } }] };
}

/** The kinds of `apps/v1`, all of which demand a selector. */
const SELECTING = new Set(['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet']);

/** Fields of cert-manager's kinds that `cert-manager.io/v1` has under other names (its guides for upgrades to 0.11, 0.15 and 1.0). */
const RENAMED = ['organization', 'keySize', 'keyAlgorithm', 'keyEncoding', 'emailSANs', 'uriSANs', 'csr'];

/** Versions of which no object is plainly one of today. */
const RESHAPED = new Set(['autoscaling/v2beta1', 'certmanager.k8s.io/v1alpha1']);

function isSpeltOtherwise({ kind, spec }: KubeObject, version: string): boolean {
  if (kind === 'Ingress' || kind === 'CustomResourceDefinition' || RESHAPED.has(version)) return true;
  return (kind === 'Certificate' || kind === 'CertificateRequest') && RENAMED.some((name) => field(spec, name) !== undefined);
}
