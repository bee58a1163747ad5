import { apiRuleProblem } from './api-rule-problem';
import { ApiRuleRule, excludedRules, gatewayOf, requestHeaders, rulesOf } from './api-rule-rules';
import { KubeObject } from './kube-object';
import { at, entries, field, isMapping, list, text, texts, Value } from './value';

const GATEWAY_PRINCIPAL = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const SEGMENT = "([A-Za-z0-9-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})";
const ANYTHING = "([A-Za-z0-9-._~!$&'()*+,;=:@/]|%[0-9a-fA-F]{2})";

/** The annotation of an expanded policy that tells the field of the APIRule which it stands for. */
export const WRITTEN_AT = 'written-at';

/** What the expansion has to look up. */
export interface ApiRuleWorld {
  /** Names of the external authorizers that speak HTTP; undefined where the manifests do not show them. */
  readonly authorizers: ReadonlySet<string> | undefined;
  /** Selector of a Service; undefined where there is none of that name. */
  selector(namespace: string, service: string): ReadonlyMap<string, string> | undefined;
  /** Pods behind a Service that have no sidecar, `namespace/name`; undefined where there are none. */
  bare(namespace: string, service: string): string | undefined;
  /** The object that has taken a host before this APIRule, in words. */
  occupant(host: string, rule: KubeObject): string | undefined;
  /** Hosts of the servers of a Gateway `namespace/name`; undefined where there is none. */
  gatewayHosts(gateway: string): readonly string[] | undefined;
}

/** The Istio objects that Kyma's operator creates, or why it creates none. */
export interface ApiRuleExpansion {
  readonly objects: readonly Value[];
  readonly problem?: string;
}

/**
 * Expands an APIRule as Kyma's operator 3.10 does, its oversights included: a repeated path ends the exclusions of earlier rules, and the policies
 * know only the one host.
 */
export function expandApiRule(object: KubeObject, apiVersion: string, world: ApiRuleWorld): ApiRuleExpansion {
  const problem = apiRuleProblem(object, apiVersion);
  if (problem !== undefined) return { objects: [], problem };
  const gateway = gatewayOf(object)!;
  const hosts = world.gatewayHosts(gateway);
  if (hosts === undefined) return { objects: [], problem: `Gateway \`${gateway}\` is not among the manifests` };
  const host = fullHost(texts(field(object.spec, 'hosts'))[0], hosts);
  if (host === undefined) return { objects: [], problem: `a short host needs a Gateway whose only host is \`*.<domain>\`, \`${gateway}\` has ${hosts.map((name) => `\`${name}\``).join(', ')}` };
  const rules = rulesOf(object);
  const missing = rules.find(({ service }) => world.selector(service.namespace, service.name) === undefined);
  if (missing !== undefined) return { objects: [], problem: `Service \`${missing.service.namespace}/${missing.service.name}\` is not among the manifests` };
  const problemAround = obstacle(object, host, rules, world);
  if (problemAround !== undefined) return { objects: [], problem: problemAround };
  const maker = new Maker(object, host, gateway, world);
  const policies = rules.flatMap((rule, index) => maker.policies(rule, excludedRules(rule, rules.slice(0, index)).map(({ path }) => path)).map((policy) => writtenAt(policy, `spec.rules[${index}]`)));
  return { objects: [...policies, ...maker.authentications(rules), maker.virtualService(rules)] };
}

/** Why the operator processes no such APIRule beside what else there is: it checks sidecars, authorizers and the host, once. */
function obstacle(object: KubeObject, host: string, rules: readonly ApiRuleRule[], world: ApiRuleWorld): string | undefined {
  for (const { service, value } of rules) {
    if (world.selector(service.namespace, service.name)!.size === 0) return `Service \`${service.namespace}/${service.name}\` has no selector`;
    const bare = world.bare(service.namespace, service.name);
    if (bare !== undefined) return `pods of \`${bare}\` have no sidecar`;
    const unknown = texts(at(value, 'extAuth', 'authorizers')).find((name) => world.authorizers?.has(name) === false);
    if (unknown !== undefined) return `the mesh settings have no \`envoyExtAuthzHttp\` provider \`${unknown}\``;
  }
  const occupant = world.occupant(host, object);
  return occupant === undefined ? undefined : `host \`${host}\` is taken by ${occupant}: give it another host, or the creation times if this APIRule is older`;
}

class Maker {
  private count = 0;

  public constructor(
    private readonly owner: KubeObject,
    private readonly host: string,
    private readonly gateway: string,
    private readonly world: ApiRuleWorld,
  ) {}

  public virtualService(rules: readonly ApiRuleRule[]): Value {
    return this.object('networking.istio.io/v1', 'VirtualService', this.owner.namespace, {
      hosts: [this.host],
      gateways: [this.gateway],
      http: rules.map((rule) => ({
        match: [{ uri: rule.path === '/*' ? { prefix: '/' } : { regex: pathRegex(rule.path) }, method: { regex: `^(${rule.methods.join('|')})$` } }],
        route: [{ destination: { host: `${rule.service.name}.${rule.service.namespace}.svc.cluster.local`, port: { number: rule.service.port } }, weight: 100 }],
        headers: { request: { set: this.headers(rule) } },
      })),
    });
  }

  public policies(rule: ApiRuleRule, notPaths: readonly string[]): Value[] {
    const operation = { hosts: [this.host], methods: rule.methods, paths: [rule.path === '/*' ? '/{**}' : rule.path], ...(notPaths.length > 0 ? { notPaths } : {}) };
    const to = [{ operation }];
    const jwt = field(rule.value, 'jwt');
    const extAuth = field(rule.value, 'extAuth');
    if (isMapping(jwt)) return this.jwtPolicies(rule, jwt, to);
    const custom = texts(field(extAuth, 'authorizers')).map((name) => this.policy(rule, { action: 'CUSTOM', provider: { name }, rules: [{ to }] }));
    const restrictions = field(extAuth, 'restrictions');
    const fromGateway = { rules: [{ from: [{ source: { principals: [GATEWAY_PRINCIPAL] } }], to }] };
    const allow = isMapping(restrictions) ? this.jwtPolicies(rule, restrictions, to) : [this.policy(rule, fromGateway)];
    return [...custom, ...allow];
  }

  /** One RequestAuthentication per workload and set of issuers. */
  public authentications(rules: readonly ApiRuleRule[]): Value[] {
    const made = new Map<string, Value>();
    for (const { value, service } of rules) {
      const jwt = isMapping(field(value, 'jwt')) ? field(value, 'jwt') : at(value, 'extAuth', 'restrictions');
      const issuers = list(field(jwt, 'authentications'));
      if (issuers.length === 0) continue;
      const jwtRules = issuers.map((authentication) => ({
        issuer: text(field(authentication, 'issuer')),
        jwksUri: text(field(authentication, 'jwksUri')),
        forwardOriginalToken: true,
        ...(list(field(authentication, 'fromHeaders')).length > 0 ? { fromHeaders: field(authentication, 'fromHeaders') } : {}),
        ...(list(field(authentication, 'fromParams')).length > 0 ? { fromParams: field(authentication, 'fromParams') } : {}),
      }));
      const key = JSON.stringify([service.namespace, service.name, jwtRules.map(({ issuer, jwksUri }) => [issuer, jwksUri])]);
      if (!made.has(key)) made.set(key, this.object('security.istio.io/v1', 'RequestAuthentication', service.namespace, { selector: this.selector(service), jwtRules }));
    }
    return [...made.values()];
  }

  private jwtPolicies(rule: ApiRuleRule, jwt: Value, to: Value): Value[] {
    const requestPrincipals = list(field(jwt, 'authentications')).map((authentication) => `${text(field(authentication, 'issuer'))}/*`);
    const from = [{ source: { principals: [GATEWAY_PRINCIPAL], requestPrincipals } }];
    const authorizations = list(field(jwt, 'authorizations'));
    return (authorizations.length === 0 ? [undefined] : authorizations).map((authorization) => {
      const scopes = texts(field(authorization, 'requiredScopes'));
      const audiences = texts(field(authorization, 'audiences')).map((audience) => ({ key: 'request.auth.claims[aud]', values: [audience] }));
      const conditions = scopes.length === 0 ? [audiences]
        : ['scp', 'scope', 'scopes'].map((claim) => [...scopes.map((scope) => ({ key: `request.auth.claims[${claim}]`, values: [scope] })), ...audiences]);
      return this.policy(rule, { rules: conditions.map((when) => ({ from, to, ...(when.length > 0 ? { when } : {}) })) });
    });
  }

  private policy({ service }: ApiRuleRule, spec: object): Value {
    return this.object('security.istio.io/v1', 'AuthorizationPolicy', service.namespace, { selector: this.selector(service), ...spec });
  }

  private selector({ namespace, name }: ApiRuleRule['service']): Value {
    return { matchLabels: Object.fromEntries(this.world.selector(namespace, name)!) };
  }

  private headers(rule: ApiRuleRule): object {
    const cookies = entries(at(rule.value, 'request', 'cookies')).map(([name, value]) => `${name}=${String(value)}`);
    return {
      'x-forwarded-host': this.host.startsWith('*') ? '%REQ(:AUTHORITY)%' : this.host,
      ...Object.fromEntries(requestHeaders(rule)),
      ...(cookies.length > 0 ? { Cookie: cookies.join('; ') } : {}),
    };
  }

  private object(apiVersion: string, kind: string, namespace: string, spec: object): Value {
    this.count += 1;
    const creationTimestamp = text(at(this.owner.body, 'metadata', 'creationTimestamp'));
    return { apiVersion, kind, metadata: { name: `${this.owner.name}-${this.count}`, namespace, ...(creationTimestamp === undefined ? {} : { creationTimestamp }) }, spec };
  }
}

function writtenAt(document: Value, place: string): Value {
  const { metadata, ...rest } = document as { readonly metadata: object };
  return { ...rest, metadata: { ...metadata, annotations: { [WRITTEN_AT]: place } } };
}

function pathRegex(path: string): string {
  return `^${path.replaceAll('{**}', () => `${ANYTHING}*`).replaceAll('{*}', () => `${SEGMENT}+`)}$`;
}

function fullHost(host: string, gatewayHosts: readonly string[]): string | undefined {
  if (host.includes('.')) return host;
  const [domain, ...others] = new Set(gatewayHosts);
  return others.length === 0 && domain?.startsWith('*.') ? `${host}${domain.slice(1)}` : undefined;
}
