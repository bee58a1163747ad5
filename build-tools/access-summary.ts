/** Says of rendered manifests, per host: which server serves it, where it leads, and, by the evaluator, who gets in. */
import { Row, rowsAt, unique } from './access-rows';
import { platform } from './platform';
import { AccessSpace } from '../src/access';
import { Mesh } from '../src/authz';

export interface HostSummary {
  readonly host: string;
  readonly destinations: string[];
  readonly servers: string[];
  readonly rows: Row[];
}


const list = (value: any): any[] => Array.isArray(value) ? value : [];
const named = (object: any): string => `${object.metadata.namespace}/${object.metadata.name}`;

const known = new WeakMap<any[], HostSummary[]>();

export function summarise(manifests: any[]): HostSummary[] {
  const summaries = known.get(manifests) ?? summariesOf(manifests);
  known.set(manifests, summaries);
  return summaries;
}

function summariesOf(manifests: any[]): HostSummary[] {
  const space = AccessSpace.of(Mesh.fromManifests(manifests, { workloads: platform, createdTogether: true }));
  return [
    ...manifests.filter(({ kind }) => kind === 'VirtualService').flatMap(({ spec }) => {
      const destinations = list(spec.http).flatMap((entry) => list(entry.route)).map(({ destination: { host, port } }) => `${host.replace('.svc.cluster.local', '')}:${port?.number}`);
      return list(spec.hosts).map((host) => summary(manifests, space, host, list(spec.gateways), unique(destinations)));
    }),
    ...manifests.filter(({ kind }) => kind === 'APIRule').flatMap(({ spec, metadata }) => {
      const destination = `${spec.service.name}.${spec.service.namespace ?? metadata.namespace}:${spec.service.port}`;
      return list(spec.hosts).map((host) => summary(manifests, space, host, [spec.gateway], [destination]));
    }),
  ];
}

function summary(manifests: any[], space: AccessSpace, host: string, gateways: string[], destinations: string[]): HostSummary {
  return {
    host,
    destinations,
    servers: gateways.flatMap((reference) => serversOf(manifests, reference, host)),
    rows: [
      ...rowsAt(space, 'gateway', host),
      ...destinations.flatMap((destination) => insideMesh(rowsAt(space, 'service', destination))),
    ],
  };
}

function serversOf(manifests: any[], reference: string, host: string): string[] {
  const gateway = manifests.find((object) => object.kind === 'Gateway' && named(object) === reference);
  if (!gateway) return [`${reference}, owned by another team`];
  return list(gateway.spec.servers)
    .filter((server) => list(server.hosts).some((pattern: string) => covers(pattern.split('/').pop()!, host)))
    .map((server) => `${server.port.number} ${server.tls?.httpsRedirect ? 'redirect' : server.tls?.mode ?? 'plain HTTP'} by ${reference}`);
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
}

/** Inside the mesh only those who get in are told apart. */
function insideMesh(rows: readonly Row[]): Row[] {
  const passing = rows.filter(({ verdict }) => verdict !== 'denied').map((row) => ({ ...row, who: row.who === 'anybody' ? 'anybody inside the mesh' : row.who }));
  const denied = unique(rows.filter(({ verdict }) => verdict === 'denied').map(({ outcome }) => outcome)).sort();
  return [...passing, ...denied.length === 0 ? [] : [{ verdict: 'denied' as const, outcome: denied.length === 1 ? denied[0] : 'refused', who: `${passing.length === 0 ? '' : 'other '}callers inside the mesh` }]];
}
