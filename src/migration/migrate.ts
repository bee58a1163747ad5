import { compareAnswers, Comparison } from './compare';
import { Conversion, convertApiRule } from './convert';
import { expandLegacyApiRule, SelectorOf } from './expand-v1beta1';
import { MigrationOptions } from './options';
import { Fate } from './report';
import { legacyRules } from './v1beta1';
import { Mesh } from '../authz';
import { flatten, KubeObject, readObject } from '../mesh/kube-object';
import { SERVICE_LABEL } from '../mesh/mesh-view';
import { at, field, text, textMap, Value } from '../mesh/value';

/** What a migration of some manifests came to. */
export interface Migration {
  readonly conversions: readonly Conversion[];
  /** The objects to apply: APIRules of v2, and the policies that were asked for. */
  readonly objects: readonly Value[];
  readonly comparison: Comparison;
  /** Rules that Oathkeeper served: who got in was up to it, so they are not compared. */
  readonly notCompared: readonly string[];
  /** Whether anything of the old APIRules is not in the new ones. */
  readonly losses: boolean;
}

const GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';

/** Converts the APIRules v1beta1 among some manifests, and says what callers will notice; undefined where there are none. */
export function migrateApiRules(documents: readonly Value[], options: MigrationOptions, istioVersion?: string): Migration | undefined {
  const found = flatten(documents).map((document, index) => ({ document, object: readObject(document, index) }));
  const legacy = found.filter(({ object }) => object !== undefined && isLegacy(object)).map(({ object }) => object!);
  if (legacy.length === 0) return undefined;
  const others = found.filter(({ object }) => object === undefined || !isLegacy(object)).map(({ document }) => document);
  const conversions = legacy.map((object) => convertApiRule(object, options));
  const selectorOf = selectors(others);
  const converted = conversions.flatMap((conversion) => conversion.converted ?? []);
  const internal = options.allowInternal === true ? internalPolicies(legacy, selectorOf) : [];
  const mesh = (more: readonly Value[]) => Mesh.fromManifests([...others, ...more] as object[], { istioVersion });
  const before = mesh(legacy.flatMap((object) => expandLegacyApiRule(object, selectorOf)));
  return {
    conversions,
    objects: [...converted, ...internal],
    comparison: compareAnswers(before, mesh([...converted, ...internal])),
    notCompared: legacy.flatMap((object) => legacyRules(object).filter(({ handler }) => handler === 'oathkeeper').map(({ path }) => `${object.namespace}/${object.name} ${path}`)),
    losses: conversions.some(({ fields, converted: result }) => result === undefined || fields.some(({ fate }) => fate === Fate.LOST)),
  };
}

function isLegacy({ group, kind, body }: KubeObject): boolean {
  return group === 'gateway.kyma-project.io' && kind === 'APIRule' && /\/v1(?:alpha1|beta1)$/.test(text(field(body, 'apiVersion')) ?? '');
}

function selectors(documents: readonly Value[]): SelectorOf {
  const services = new Map(documents.filter((document) => field(document, 'kind') === 'Service').map((document) => [
    `${text(at(document, 'metadata', 'namespace')) ?? 'default'}/${text(at(document, 'metadata', 'name'))}`, textMap(at(document, 'spec', 'selector')),
  ]));
  return (namespace, service) => services.get(`${namespace}/${service}`) ?? new Map([[SERVICE_LABEL, `${namespace}/${service}`]]);
}

/** The policy of Kyma's migration guide: whoever does not come by the ingress gateway gets in, as before. */
function internalPolicies(legacy: readonly KubeObject[], selectorOf: SelectorOf): Value[] {
  const services = new Map(legacy.flatMap((object) => legacyRules(object).map(({ service }) => [`${service.namespace}/${service.name}`, service])));
  const unknown = [...services.values()].find(({ namespace, name }) => selectorOf(namespace, name).has(SERVICE_LABEL));
  if (unknown !== undefined) throw new Error(`Service \`${unknown.namespace}/${unknown.name}\` is not among the manifests: a policy for callers of the mesh needs the labels that it selects`);
  return [...services.values()].map(({ namespace, name }) => ({
    apiVersion: 'security.istio.io/v1',
    kind: 'AuthorizationPolicy',
    metadata: { name: `${name}-allow-internal`, namespace },
    spec: {
      selector: { matchLabels: Object.fromEntries(selectorOf(namespace, name)) },
      action: 'ALLOW',
      rules: [{ from: [{ source: { notPrincipals: [GATEWAY] } }] }],
    },
  }));
}
