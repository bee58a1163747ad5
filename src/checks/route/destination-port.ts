import { serviceOfHost } from '../../mesh/backend';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { entryOf } from '../../mesh/service-entry';
import { at, field, list, number, text } from '../../mesh/value';
import { expand } from '../../mesh/virtual-service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, FieldPath, Finding, Severity } from '../finding';
import { pointer } from '../pointer';
import { writtenObjects } from '../written';

const KINDS = ['http', 'tls', 'tcp'];

/**
 * MTLS104: a destination names a port that its Service does not have, often that of the container.
 *
 * Istio makes a cluster for each port of a Service and routes to none that is not there (istio `pilot/pkg/networking/core`, GetDestinationCluster).
 */
export const destinationPort: Check = {
  id: 'MTLS104',
  title: 'a destination port that its Service does not have',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenObjects(context, 'VirtualService', 'networking.istio.io').flatMap((object) => KINDS.flatMap((kind) => list(field(object.spec, kind))
    .flatMap((route, index) => list(field(route, 'route')).flatMap((entry, place): Finding[] => {
      const destination = field(entry, 'destination');
      const port = number(at(destination, 'port', 'number'));
      return port === undefined ? [] : findingOf(object, text(field(destination, 'host')) ?? '', port, ['spec', kind, index, 'route', place, 'destination', 'port', 'number'], context);
    })))),
};

function findingOf(object: KubeObject, host: string, port: number, path: FieldPath, { view }: CheckContext): Finding[] {
  const full = expand(host, object.namespace);
  const names = serviceOfHost(full);
  const service = names === undefined ? undefined : view.service(names.namespace, names.name);
  if (service === undefined || service.external || service.ports.some((candidate) => candidate.port === port)) return [];
  if (entryOf(full, view.serviceEntries) !== undefined) return [];
  const ports = service.ports.map((candidate) => candidate.port);
  const only = ports.length === 1 ? ports[0] : undefined;
  return [{
    object,
    path,
    message: `destination \`${host}\` of ${describeObject(object)} names port ${port}, and Service \`${service.namespace}/${service.name}\` has ${ports.join(', ') || 'none'}`,
    effect: path[1] === 'http' ? 'requests answer 503' : 'connections are closed',
    cure: only === undefined ? 'name a port of the Service, not one of the container' : `write \`${only}\`, the port of the Service, not one of the container`,
    ...only === undefined ? {} : { patch: [{ op: 'replace', path: pointer(path), value: only }] },
  }];
}
