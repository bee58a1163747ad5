import { TENANT_CA } from './tenant-authority';

/** When a tenant's objects are created: after all others. */
export const LATER = '2999-01-01T00:00:00Z';

/** A host of somebody else, as far as a tenant needs to know it. */
export interface Prey {
  readonly host: string;
  /** The Gateway that serves it, `namespace/name`. */
  readonly gateway: string;
  readonly selector: ReadonlyMap<string, string>;
  readonly credential?: string;
  /** The namespace of the gateway's pods. */
  readonly proxyNamespace: string;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  /** Headers that policies trust, with a value that they want. */
  readonly identity: readonly (readonly [string, string])[];
}

/** One way for a tenant to use what he may write. */
export interface TenantForm {
  readonly id: string;
  readonly text: string;
  readonly cure: string;
  /** The objects for one host; undefined where the way does not apply. */
  objects(prey: Prey, namespace: string): object[] | undefined;
  /** The Host that is asked for. */
  host(prey: Prey): string;
}

const NAME = 'tenant';
const OWN_HOST = (host: string) => `${host.replace(/[^a-z0-9]+/g, '-')}.tenant.invalid`;
const GATEWAY_DENY = 'deny at the gateway who has no certificate (`notPrincipals: ["*"]`), and for MUTUAL servers of others every other server name (`connection.sni`, `notValues`), for the hosts with and without port';

/** What somebody may write who has VirtualServices, Gateways, ConfigMaps and APIRules of one namespace, in forms that are known to matter. */
export const FORMS: readonly TenantForm[] = [
  {
    id: 'route on our Gateway',
    text: 'a VirtualService bound to our Gateway',
    cure: 'let the server admit routes of your namespace only: host `<namespace>/<host>`; another Gateway with the same bare host would then have the listener refused, so nobody else may have one',
    host: ({ host }) => host,
    objects: (prey, namespace) => [route(prey, namespace, prey.host, prey.gateway, { exportTo: [prey.proxyNamespace] })],
  },
  {
    id: 'plaintext server',
    text: 'a plaintext server for our host',
    cure: GATEWAY_DENY,
    host: ({ host }) => host,
    objects: (prey, namespace) => [gateway(prey, namespace, { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }), route(prey, namespace, prey.host)],
  },
  {
    id: 'SIMPLE server',
    text: 'a SIMPLE server for our host under another name',
    cure: GATEWAY_DENY,
    host: ({ host }) => host,
    objects: (prey, namespace) => server(prey, namespace, 'SIMPLE', above(prey.host)),
  },
  {
    id: 'MUTUAL server with an own CA',
    text: 'a MUTUAL server with a CA of his own and our credentialName',
    cure: 'deny at the gateway every other server name for the hosts with and without port: `when: connection.sni, notValues: [<host>]`',
    host: ({ host }) => host,
    objects: (prey, namespace) => server(prey, namespace, 'MUTUAL', above(prey.host)),
  },
  {
    id: 'exact host below our wildcard',
    text: 'a server for our exact host, which wins against our wildcard',
    cure: 'name the host exactly in your own, older server: nothing else closes it',
    host: ({ host }) => host,
    objects: (prey, namespace) => server(prey, namespace, 'SIMPLE', prey.host),
  },
  {
    id: 'exact host below our wildcard',
    text: 'a MUTUAL server for our exact host with a CA of his own, which wins against our wildcard',
    cure: 'name the host exactly in your own, older server: nothing else closes it',
    host: ({ host }) => host,
    objects: (prey, namespace) => server(prey, namespace, 'MUTUAL', prey.host),
  },
  {
    id: 'our host written over his',
    text: 'a route of his own host that writes ours over it, with the identity header that our policy wants',
    cure: 'no policy closes it on a shared proxy: give the workload a gateway of its own, whose service account is the only source that its policy names',
    host: ({ host }) => OWN_HOST(host),
    objects: (prey, namespace) => [
      gateway(prey, namespace, { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [OWN_HOST(prey.host)] }),
      route(prey, namespace, OWN_HOST(prey.host), undefined, {}, { rewrite: { authority: prey.host } }),
    ],
  },
  {
    id: 'his own host',
    text: 'a route of his own host to our workload',
    cure: 'give the workload an ALLOW policy that asks for your hosts and the gateway; only a gateway of its own keeps others from writing your host over theirs',
    host: ({ host }) => OWN_HOST(host),
    objects: (prey, namespace) => [gateway(prey, namespace, { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: [OWN_HOST(prey.host)] }), route(prey, namespace, OWN_HOST(prey.host))],
  },
];

/** What somebody may write who has APIRules only: Kyma's operator asks nobody about `service.namespace`. */
export function apiRuleForm(gatewayName: string, domain: string): TenantForm {
  const host = ({ host: name }: Prey) => `${name.replace(/[^a-z0-9]+/g, '-')}.${domain}`;
  return {
    id: 'APIRule to our Service',
    text: 'an APIRule that names our Service in `service.namespace`',
    cure: 'forbid APIRules with a foreign `service.namespace` by an admission policy, or take APIRules from tenants: the operator adds an ALLOW policy in your namespace, so none of yours closes it',
    host,
    objects: (prey, namespace) => {
      const { service, identity } = prey;
      return [{
        apiVersion: 'gateway.kyma-project.io/v2',
        kind: 'APIRule',
        metadata: { name: `${NAME}-${service.name}`, namespace, creationTimestamp: LATER },
        spec: {
          gateway: gatewayName,
          hosts: [host(prey)],
          service,
          rules: [{ path: '/*', methods: ['GET'], noAuth: true, ...(identity.length > 0 ? { request: { headers: Object.fromEntries(identity) } } : {}) }],
        },
      }];
    },
  };
}

function server(prey: Prey, namespace: string, mode: 'SIMPLE' | 'MUTUAL', host: string | undefined): object[] | undefined {
  if (prey.credential === undefined || host === undefined) return undefined;
  const anchor = mode === 'MUTUAL' ? { caCertCredentialName: `configmap://${namespace}/tenant-ca` } : {};
  const tls = { mode, credentialName: prey.credential, ...anchor };
  return [
    ...(mode === 'MUTUAL' ? [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'tenant-ca', namespace, creationTimestamp: LATER }, data: { cacert: TENANT_CA } }] : []),
    gateway(prey, namespace, { port: { number: 443, name: `https-${NAME}`, protocol: 'HTTPS' }, tls, hosts: [host] }),
    route(prey, namespace, prey.host),
  ];
}

function gateway({ selector, host }: Prey, namespace: string, entry: object): object {
  const labels = selector.size === 0 ? {} : { selector: Object.fromEntries(selector) };
  return { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: nameFor(host), namespace, creationTimestamp: LATER }, spec: { ...labels, servers: [entry] } };
}

function route({ host: ours, service, identity }: Prey, namespace: string, host: string, bound = `${namespace}/${nameFor(ours)}`, more: object = {}, http: object = {}): object {
  const headers = identity.length > 0 ? { headers: { request: { set: Object.fromEntries(identity) } } } : {};
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: nameFor(ours), namespace, creationTimestamp: LATER },
    spec: {
      hosts: [host],
      gateways: [bound],
      ...more,
      http: [{ ...http, match: [{ uri: { prefix: '/' } }], ...headers, route: [{ destination: { host: `${service.name}.${service.namespace}.svc.cluster.local`, port: { number: service.port } } }] }],
    },
  };
}

function nameFor(host: string): string {
  return `${NAME}-${host.replace(/[^a-z0-9]+/g, '-')}`;
}

/** An object as its author writes it: without the time at which the API server stores it. */
export function asWritten(object: object): object {
  const { metadata, ...rest } = object as { metadata: Record<string, unknown> };
  const { apiVersion, kind, ...more } = rest as Record<string, unknown>;
  return { apiVersion, kind, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'creationTimestamp')), ...more };
}

/** The widest wildcard above a host. */
function above(host: string): string | undefined {
  const labels = host.split('.');
  return labels.length < 2 ? undefined : `*.${labels[labels.length - 1]}`;
}
