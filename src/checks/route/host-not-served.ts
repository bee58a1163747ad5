import { isOfGateways, writtenVirtualServices } from './written-routes';
import type { GatewayObject } from '../../mesh/gateway';
import { hostsFor, hostsForNamespace, meets } from '../../mesh/host-name';
import { describeObject } from '../../mesh/kube-object';
import { field, texts } from '../../mesh/value';
import type { VirtualService } from '../../mesh/virtual-service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';

/** MTLS036: a host of a VirtualService that none of its gateways serves. */
export const hostNotServed: Check = {
  id: 'MTLS036',
  title: 'a host that none of the gateways serves',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const gateways = new Map(context.view.gateways.map((gateway) => [`${gateway.namespace}/${gateway.name}`, gateway]));
    return writtenVirtualServices(context).filter((service) => isOfGateways(service) && !service.gateways.includes('mesh')).flatMap((service) => {
      const bound = service.gateways.map((name) => gateways.get(name));
      const known = bound.filter((gateway): gateway is GatewayObject => gateway !== undefined);
      return [
        ...hostFindings(service, known, known.length === bound.length),
        ...(known.length === bound.length ? exportFindings(service, context) : []),
      ];
    });
  },
};

function hostFindings(service: VirtualService, gateways: readonly GatewayObject[], allKnown: boolean): Finding[] {
  const { object, namespace, hosts } = service;
  const entries = gateways.flatMap(({ servers }) => servers).flatMap((server) => server.hosts);
  const served = hostsFor(hostsForNamespace(entries, namespace).map((host) => host.toLowerCase()), hosts.length);
  return texts(field(object.spec, 'hosts')).flatMap((written, index): Finding[] => {
    const place = { object, path: ['spec', 'hosts', index] };
    if (written !== '' && !written.includes('.') && !written.startsWith('*')) {
      return [{
        ...place,
        message: `host \`${written}\` of ${describeObject(object)} stands for \`${hosts[index]}\` at a gateway too`,
        effect: 'requests for the short name answer 404',
        cure: 'write the host name that clients use',
      }];
    }
    if (!allKnown || meets(served, written.toLowerCase())) return [];
    return [{
      ...place,
      message: `host \`${written}\` of ${describeObject(object)} is served by none of its gateways for namespace \`${namespace}\``,
      effect: 'requests for it answer 404, or their connections are closed',
      cure: 'add the host to a server of the Gateway, or correct it',
      related: gateways.map((gateway) => gateway.object),
    }];
  });
}

/** `exportTo` that leaves out the namespace of gateway pods that are among the manifests. */
function exportFindings({ object, namespace, exportTo, gateways }: VirtualService, { proxies }: CheckContext): Finding[] {
  if (exportTo.length === 0 || exportTo.includes('*')) return [];
  const targets = exportTo.map((target) => (target === '.' ? namespace : target));
  const serving = proxies.filter(({ servers }) => servers.some(({ server: { gateway } }) => gateways.includes(`${gateway.namespace}/${gateway.name}`)));
  if (serving.length === 0 || serving.some(({ workload }) => workload.assumed !== undefined || targets.includes(workload.namespace))) return [];
  return [{
    object,
    path: ['spec', 'exportTo'],
    message: `\`exportTo\` of ${describeObject(object)} leaves out namespace \`${serving[0].workload.namespace}\`, where the pods of its gateway are`,
    effect: 'the gateway does not see the routes, so their hosts answer 404',
    cure: `add \`${serving[0].workload.namespace}\` to \`exportTo\``,
    patch: [{ op: 'add', path: '/spec/exportTo/-', value: serving[0].workload.namespace }],
  }];
}
