import { parseDocuments } from './documents';
import { GatewayTopology, readTopology } from './gateway-topology';
import { KubeObject } from './kube-object';
import { PathNormalization } from './path-normalization';
import { at, field, list, text, texts, Value } from './value';
import { Behaviour, behaviourOf } from './version';

/** The settings of the mesh that decide who gets in. */
export interface MeshSettings {
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly rootNamespace: string;
  readonly pathNormalization: PathNormalization;
  readonly topology: GatewayTopology;
  readonly defaultVirtualServiceExportTo: readonly string[];
  readonly autoMtls: boolean;
  /** Names of the external authorizers. */
  readonly extensionProviders: readonly string[];
  /** Those that speak HTTP; undefined where the settings are not among the manifests. */
  readonly httpAuthorizers?: readonly string[];
  readonly behaviour: Behaviour;
}

/** Settings that are given rather than read from the manifests. */
export interface GivenSettings {
  readonly istioVersion?: string;
  readonly trustDomain?: string;
  readonly trustDomainAliases?: readonly string[];
  readonly rootNamespace?: string;
  readonly pathNormalization?: PathNormalization;
}

/** Reads the ConfigMap `istio` of the control plane, where it is among the manifests; given settings come first. */
export function readSettings(objects: readonly KubeObject[], given: GivenSettings): MeshSettings {
  const root = given.rootNamespace ?? 'istio-system';
  const configMap = objects.find(({ kind, group, name, namespace }) => kind === 'ConfigMap' && group === '' && name === 'istio' && namespace === root);
  const mesh = configMap === undefined ? undefined : meshConfig(configMap);
  const exportTo = texts(field(mesh, 'defaultVirtualServiceExportTo'));
  return {
    trustDomain: given.trustDomain ?? (text(field(mesh, 'trustDomain')) || 'cluster.local'),
    trustDomainAliases: given.trustDomainAliases ?? texts(field(mesh, 'trustDomainAliases')),
    rootNamespace: given.rootNamespace ?? (text(field(mesh, 'rootNamespace')) || root),
    pathNormalization: given.pathNormalization ?? normalization(at(mesh, 'pathNormalization', 'normalization')),
    topology: readTopology(field(mesh, 'defaultConfig')),
    defaultVirtualServiceExportTo: exportTo.length > 0 ? exportTo : ['*'],
    autoMtls: field(mesh, 'enableAutoMtls') !== false,
    extensionProviders: list(field(mesh, 'extensionProviders')).flatMap((provider) => text(field(provider, 'name')) ?? []),
    httpAuthorizers: configMap === undefined ? undefined
      : list(field(mesh, 'extensionProviders')).filter((provider) => field(provider, 'envoyExtAuthzHttp') !== undefined).flatMap((provider) => text(field(provider, 'name')) ?? []),
    behaviour: behaviourOf(given.istioVersion ?? '1.32'),
  };
}

function meshConfig(configMap: KubeObject): Value {
  try {
    return parseDocuments(text(at(configMap.body, 'data', 'mesh')) ?? '')[0];
  } catch (error) {
    throw new Error(`ConfigMap \`${configMap.namespace}/istio\` holds mesh settings that cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function normalization(value: Value): PathNormalization {
  const known = Object.values(PathNormalization).find((mode) => mode === value);
  return known ?? PathNormalization.BASE;
}
