import { LegacyRule, legacyGateway, legacyRules } from './v1beta1';
import { KubeObject } from '../mesh/kube-object';
import { at, entries, field, list, text, texts, Value } from '../mesh/value';

const GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const OATHKEEPER = 'cluster.local/ns/kyma-system/sa/oathkeeper-maester-account';
const OATHKEEPER_HOST = 'ory-oathkeeper-proxy.kyma-system.svc.cluster.local';
const OATHKEEPER_PORT = 4455;

/** The labels that select the pods of a Service; undefined where it is not known. */
export type SelectorOf = (namespace: string, service: string) => ReadonlyMap<string, string>;

/**
 * The Istio objects that Kyma's operator made of an APIRule v1beta1, for comparison with what it makes of v2: it processes none any more.
 *
 * As in api-gateway 3.3, `internal/processing/processors/istio`: a route for each path (the first rule of a path counts), limited to the methods unless the
 * handler is `allow`; policies only if some rule has `jwt` or `no_auth`, with the path as text, and no hosts.
 */
export function expandLegacyApiRule(object: KubeObject, selectorOf: SelectorOf): Value[] {
  const rules = legacyRules(object);
  const guarded = rules.some(({ handler }) => handler === 'jwt' || handler === 'no_auth');
  const policies = guarded ? rules.flatMap((rule) => policiesOf(rule).map((spec) => ({ rule, spec }))) : [];
  const named = (index: number, namespace: string) => ({ name: `${object.name}-${index}`, namespace });
  const selector = ({ service }: LegacyRule) => ({ matchLabels: Object.fromEntries(selectorOf(service.namespace, service.name)) });
  return [
    ...policies.map(({ rule, spec }, index) => ({
      apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: named(index, rule.service.namespace), spec: { selector: selector(rule), ...spec },
    })),
    ...rules.filter(({ handler }) => handler === 'jwt').map((rule, index) => ({
      apiVersion: 'security.istio.io/v1',
      kind: 'RequestAuthentication',
      metadata: named(index, rule.service.namespace),
      spec: {
        selector: selector(rule),
        jwtRules: jwtOf(rule).map((authentication) => ({ ...Object.fromEntries(entries(authentication)), forwardOriginalToken: true })),
      },
    })),
    virtualService(object, rules),
  ];
}

function virtualService(object: KubeObject, rules: readonly LegacyRule[]): Value {
  const first = rules.filter((rule, index) => rules.findIndex(({ path }) => path === rule.path) === index);
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: `${object.name}-0`, namespace: object.namespace },
    spec: {
      hosts: [text(field(object.spec, 'host'))],
      gateways: [legacyGateway(object)],
      http: first.map((rule) => ({
        match: [{
          uri: rule.path === '/*' ? { prefix: '/' } : { regex: rule.path },
          ...(rule.handler === 'allow' || rule.methods.length === 0 ? {} : { method: { regex: `^(${rule.methods.join('|')})$` } }),
        }],
        route: [{ destination: destination(rule) }],
      })),
    },
  };
}

function destination({ handler, service }: LegacyRule): Value {
  if (handler === 'oathkeeper') return { host: OATHKEEPER_HOST, port: { number: OATHKEEPER_PORT } };
  return { host: `${service.name}.${service.namespace}.svc.cluster.local`, port: { number: service.port } };
}

function policiesOf(rule: LegacyRule): object[] {
  const operation = { ...(rule.methods.length > 0 ? { methods: rule.methods } : {}), paths: [rule.path === '/.*' ? '/*' : rule.path] };
  const to = [{ operation }];
  const from = [{ source: sourceOf(rule) }];
  const authorizations = rule.handler === 'jwt' ? list(at(jwtStrategy(rule), 'authorizations')) : [];
  return (authorizations.length === 0 ? [undefined] : authorizations).map((authorization) => {
    const audiences = texts(field(authorization, 'audiences')).map((audience) => ({ key: 'request.auth.claims[aud]', values: [audience] }));
    const scopes = texts(field(authorization, 'requiredScopes'));
    const whens = scopes.length === 0 ? [audiences]
      : ['scp', 'scope', 'scopes'].map((claim) => [...scopes.map((scope) => ({ key: `request.auth.claims[${claim}]`, values: [scope] })), ...audiences]);
    return { rules: whens.map((when) => ({ from, to, ...(when.length > 0 ? { when } : {}) })) };
  });
}

function sourceOf(rule: LegacyRule): object {
  if (rule.handler === 'jwt') return { requestPrincipals: jwtOf(rule).map((authentication) => `${text(field(authentication, 'issuer'))}/*`) };
  return { principals: [rule.handler === 'oathkeeper' ? OATHKEEPER : GATEWAY] };
}

function jwtStrategy({ strategies }: LegacyRule): Value {
  return strategies.find(({ name }) => name === 'jwt')?.config;
}

function jwtOf(rule: LegacyRule): readonly Value[] {
  return list(field(jwtStrategy(rule), 'authentications'));
}
