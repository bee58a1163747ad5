import { KubeObject } from '../mesh/kube-object';
import { field, list, number, text, texts, Value } from '../mesh/value';

/** How a rule of v1beta1 is served. */
export type LegacyHandler = 'allow' | 'no_auth' | 'jwt' | 'oathkeeper';

/** A rule of an APIRule v1beta1. */
export interface LegacyRule {
  readonly value: Value;
  readonly path: string;
  readonly methods: readonly string[];
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  /** What decides how it is served: with several strategies the one that the operator looks at first. */
  readonly handler: LegacyHandler;
  /** The strategies as written. */
  readonly strategies: readonly { readonly name: string; readonly config: Value }[];
}

/** The rules of an APIRule v1beta1, each with its Service. */
export function legacyRules({ spec, namespace }: KubeObject): LegacyRule[] {
  return list(field(spec, 'rules')).map((value) => {
    const service = field(value, 'service') ?? field(spec, 'service');
    const strategies = list(field(value, 'accessStrategies')).map((strategy) => ({ name: text(field(strategy, 'handler')) ?? '', config: field(strategy, 'config') }));
    return {
      value,
      path: text(field(value, 'path')) ?? '',
      methods: texts(field(value, 'methods')),
      service: {
        namespace: text(field(service, 'namespace')) ?? text(field(field(spec, 'service'), 'namespace')) ?? namespace,
        name: text(field(service, 'name')) ?? '',
        port: number(field(service, 'port')) ?? 0,
      },
      handler: handlerOf(strategies),
      strategies,
    };
  });
}

// The `jwt` of Istio has issuers; that of Oathkeeper has `jwks_urls` and is served by it.
function handlerOf(strategies: LegacyRule['strategies']): LegacyHandler {
  const jwt = strategies.find(({ name }) => name === 'jwt');
  if (jwt !== undefined) return list(field(jwt.config, 'authentications')).length > 0 ? 'jwt' : 'oathkeeper';
  if (strategies.some(({ name }) => name !== 'allow' && name !== 'no_auth')) return 'oathkeeper';
  return strategies.some(({ name }) => name === 'allow') ? 'allow' : 'no_auth';
}

/** The Gateway of an APIRule v1beta1 as `namespace/name`: it may be written so, as a name in the own namespace, or as a host name. */
export function legacyGateway({ spec, namespace }: KubeObject): string | undefined {
  const written = text(field(spec, 'gateway'));
  if (written === undefined || written === '') return undefined;
  if (written.includes('/')) return written;
  const [name, inNamespace = namespace] = written.split('.');
  return `${inNamespace}/${name}`;
}
