import { writtenRoutes } from './written-routes';
import { putInto } from '../../mesh/groups';
import { describeObject } from '../../mesh/kube-object';
import { at, field, list, text, texts } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';
import { oncePerContext } from '../written';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const HALF_NAME = new RegExp(`^(${LABEL})\\.(${LABEL})(\\.svc)?$`);

/** MTLS037: a destination whose name does not lead to the Service that is meant. */
export const destinationName: Check = {
  id: 'MTLS037',
  title: 'a destination that leads to no Service',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenRoutes(context).flatMap(({ virtualService: { object, namespace }, path }) => list(field(list(field(object.spec, 'http'))[path[2] as number], 'route')).flatMap((destination, index): Finding[] => {
    const host = text(at(destination, 'destination', 'host')) ?? '';
    const problem = halfName(host, context) ?? shortName(host, namespace, context);
    return problem === undefined ? [] : [{
      object,
      path: [...path, 'route', index, 'destination', 'host'],
      message: `destination \`${host}\` of ${describeObject(object)} ${problem.why}`,
      effect: 'requests answer 503',
      cure: `write \`${problem.instead}\``,
      patch: [{ op: 'replace', path: pointer([...path, 'route', index, 'destination', 'host']), value: problem.instead }],
      severity: problem.severity,
    }];
  })),
};

interface Problem {
  readonly why: string;
  readonly instead: string;
  readonly severity: Severity;
}

const namespaces = oncePerContext(({ objects }) => new Set(objects.map((object) => (object.kind === 'Namespace' ? object.name : object.namespace))));
const entryHosts = oncePerContext((context) => new Set(context.of('ServiceEntry', 'networking.istio.io').flatMap(({ spec }) => texts(field(spec, 'hosts')))));
const servicesByName = oncePerContext(({ view }) => {
  const found = new Map<string, string[]>();
  for (const { namespace, name } of view.services) putInto(found, name, namespace);
  return found;
});

/** `name.namespace`, which Istio takes for a host name of its own; certain where nothing else can be meant. */
function halfName(host: string, context: CheckContext): Problem | undefined {
  const [, name, , namespace, , service] = HALF_NAME.exec(host) ?? [];
  if (name === undefined || entryHosts(context).has(host) || (service === undefined && !namespaces(context).has(namespace))) return undefined;
  return { why: 'has a dot, so Istio does not complete it', instead: `${name}.${namespace}.svc.cluster.local`, severity: Severity.ERROR };
}

/** A short name, which means the VirtualService's own namespace, while the Service of that name is in another. */
function shortName(host: string, namespace: string, context: CheckContext): Problem | undefined {
  const found = host.includes('.') ? [] : servicesByName(context).get(host) ?? [];
  if (found.length !== 1 || found[0] === namespace) return undefined;
  return { why: `means namespace \`${namespace}\`, and the manifests have that Service in \`${found[0]}\``, instead: `${host}.${found[0]}.svc.cluster.local`, severity: Severity.WARNING };
}
