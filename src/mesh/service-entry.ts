import { isSubset } from './host-name';
import { KubeObject, nameOf } from './kube-object';
import { field, list, number, text, texts } from './value';

/** Hosts that somebody adds to those that the mesh knows. */
export interface ServiceEntry {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly ports: ReadonlySet<number>;
  /** It leads out of the mesh, for everybody. Any other may lead to pods of the mesh, which is not modelled. */
  readonly plain: boolean;
}

/** Reads a ServiceEntry. */
export function readServiceEntry(object: KubeObject): ServiceEntry {
  const { spec } = object;
  const given = (key: string) => field(spec, key) !== undefined && field(spec, key) !== null;
  return {
    name: nameOf(object),
    hosts: texts(field(spec, 'hosts')),
    ports: new Set(list(field(spec, 'ports')).flatMap((port) => number(field(port, 'number')) ?? [])),
    plain: text(field(spec, 'location')) !== 'MESH_INTERNAL' && !given('workloadSelector') && !given('endpoints') && !given('exportTo'),
  };
}

/** The ServiceEntry that a host comes from. */
export function entryOf(host: string, entries: readonly ServiceEntry[]): ServiceEntry | undefined {
  return entries.find(({ hosts }) => hosts.some((known) => known === host || (known.startsWith('*') && isSubset(host, known))));
}
