import { describeServer } from '../../mesh/gateway';
import { surelySelects } from '../../mesh/labels';
import { Workload } from '../../mesh/workload';
import { AccessSpace } from '../access-space';
import { policyWords } from '../policy-words';

/** A policy in the picture. */
export interface PicturePolicy {
  readonly name: string;
  readonly action: string;
  /** Whether the manifests show that it selects these pods. */
  readonly sure: boolean;
  readonly words: readonly string[];
}

/** Pods in the picture, and what guards them. */
export interface PictureWorkload {
  readonly name: string;
  readonly sidecar: boolean;
  readonly policies: readonly PicturePolicy[];
  /** Issuers whose tokens are read, and how it takes connections. */
  readonly notes: readonly string[];
}

/** One way from a gateway through a route to pods. */
export interface PictureWay {
  /** Position among the gateways. */
  readonly gateway: number;
  readonly host: string;
  /** The VirtualService, and what it does where it leads nowhere. */
  readonly route: string;
  /** Position among the workloads; undefined where the route ends at the gateway. */
  readonly workload?: number;
}

/** Gateways, routes, workloads, and what each policy does. */
export interface Picture {
  readonly gateways: readonly (PictureWorkload & { readonly servers: readonly string[] })[];
  readonly workloads: readonly PictureWorkload[];
  readonly ways: readonly PictureWay[];
}

/** The picture of a mesh. */
export function pictureOf(space: AccessSpace): Picture {
  const { proxies } = space.mesh._evaluated();
  const workloads = new Map<string, number>();
  const drawn: PictureWorkload[] = [];
  const positionOf = (workload: Workload) => {
    const name = `${workload.namespace}/${workload.name}`;
    const known = workloads.get(name) ?? drawn.length;
    if (known === drawn.length) drawn.push(workloadOf(space, workload));
    workloads.set(name, known);
    return known;
  };
  const names = proxies.map(({ workload }) => `${workload.namespace}/${workload.name}`);
  const ways = space.endpoints.filter(({ kind }) => kind === 'gateway').flatMap((endpoint) => space.waysOf(endpoint).map(({ route, pods }) => ({
    gateway: names.indexOf(endpoint.gateway ?? ''), host: `${endpoint.tls === true ? '' : 'http://'}${endpoint.domain}`, route, workload: pods === undefined ? undefined : positionOf(pods),
  })));
  space.endpoints.filter(({ kind }) => kind === 'service').forEach((endpoint) => space.podsOf(endpoint).forEach(positionOf));
  return {
    gateways: proxies.map(({ workload, servers }) => ({
      ...workloadOf(space, workload),
      servers: [...new Set(servers.map(({ server }) => `${describeServer(server)}: ${server.hosts.slice(0, 4).join(', ')}${server.hosts.length > 4 ? ` and ${server.hosts.length - 4} more` : ''}`))],
    })),
    workloads: drawn,
    ways: [...new Map(ways.map((way) => [JSON.stringify(way), way])).values()],
  };
}

function workloadOf(space: AccessSpace, workload: Workload): PictureWorkload {
  const { policies, providers } = space.guardOf(workload);
  const issuers = [...new Set(providers.flat().map(({ rule }) => rule.issuer))];
  return {
    name: `${workload.namespace}/${workload.name}`,
    sidecar: workload.proxied,
    policies: policies.map((policy) => ({ name: `${policy.namespace}/${policy.name}`, action: policy.action, sure: surelySelects(policy.selector, workload.labels), words: policyWords(policy) })),
    notes: issuers.map((issuer) => `reads tokens of ${issuer === '' ? 'any issuer' : issuer}`),
  };
}
