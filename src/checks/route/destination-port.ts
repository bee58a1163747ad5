import { serviceOfHost } from '../../mesh/backend';
import { describeObject, KubeObject } from '../../mesh/kube-object';
import { surelySelects } from '../../mesh/labels';
import { Service } from '../../mesh/service';
import { entryOf } from '../../mesh/service-entry';
import { at, field, list, number, text, textMap } from '../../mesh/value';
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

function findingOf(object: KubeObject, host: string, port: number, path: FieldPath, context: CheckContext): Finding[] {
  const { view } = context;
  const full = expand(host, object.namespace);
  const names = serviceOfHost(full);
  const service = names === undefined ? undefined : view.service(names.namespace, names.name);
  if (service === undefined || service.external || service.ports.some((candidate) => candidate.port === port)) return [];
  if (entryOf(full, view.serviceEntries) !== undefined) return [];
  const ports = service.ports.map((candidate) => candidate.port);
  return [{
    object,
    path,
    message: `destination \`${host}\` of ${describeObject(object)} names port ${port}, and Service \`${service.namespace}/${service.name}\` has ${ports.join(', ') || 'none'}`,
    effect: path[1] === 'http' ? 'requests answer 503' : 'connections are closed',
    ...cureOf(service, port, path, context),
  }];
}

function cureOf({ namespace, name, selector, ports }: Service, port: number, path: FieldPath, context: CheckContext): Pick<Finding, 'cure' | 'patch'> {
  if (ports.length !== 1) return { cure: 'name a port of the Service, not one of the container' };
  const [only] = ports;
  const listening = containerPorts(namespace, selector, context);
  // The Service does not lead there either: its own port alone would cure nothing.
  if (typeof only.targetPort === 'number' && listening.includes(port) && !listening.includes(only.targetPort)) {
    return { cure: `write \`${only.port}\`, and give port ${only.port} of Service \`${namespace}/${name}\`, which leads to ${only.targetPort} of the pods, \`targetPort: ${port}\`` };
  }
  return { cure: `write \`${only.port}\`, the port of the Service, not one of the container`, patch: [{ op: 'replace', path: pointer(path), value: only.port }] };
}

/** The ports that the containers of some pods are declared to have. */
function containerPorts(namespace: string, selector: ReadonlyMap<string, string>, { objects }: CheckContext): number[] {
  const templates = objects.filter((object) => object.namespace === namespace).map(({ spec }) => field(spec, 'template'));
  const selected = templates.filter((template) => surelySelects(selector, { known: textMap(at(template, 'metadata', 'labels')), complete: true }));
  const containers = selected.flatMap((template) => list(at(template, 'spec', 'containers')));
  return containers.flatMap((container) => list(field(container, 'ports'))).flatMap((declared) => number(field(declared, 'containerPort')) ?? []);
}
