import { writtenVirtualServices } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { field, list, texts, Value } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, FieldPath, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

/** MTLS035: a VirtualService names a Gateway that is not there, and one of that name is in another namespace. */
export const missingGateway: Check = {
  id: 'MTLS035',
  title: 'a gateway name that means another namespace',
  severity: Severity.WARNING,
  effect: Effect.OUTAGE,
  find: (context) => {
    const { view } = context;
    const known = new Set(view.gateways.map(({ namespace, name }) => `${namespace}/${name}`));
    return writtenVirtualServices(context).flatMap(({ object, namespace }) => references(object.spec).flatMap(({ name, path }): Finding[] => {
      if (name === 'mesh' || known.has(`${namespace}/${name}`)) return [];
      const others = view.gateways.filter((gateway) => gateway.name === name);
      if (others.length === 0) return [];
      const right = `${others[0].namespace}/${name}`;
      return [{
        object,
        path,
        message: `gateway \`${name}\` of ${describeObject(object)} means \`${namespace}/${name}\`, and the manifests have it in namespace \`${others[0].namespace}\``,
        effect: 'the routes are bound to no gateway, so their hosts answer 404',
        cure: `write \`${right}\``,
        patch: others.length === 1 ? [{ op: 'replace', path: pointer(path), value: right }] : undefined,
        related: others.filter(({ assumed }) => assumed === undefined).map((gateway) => gateway.object),
      }];
    }));
  },
};

function references(spec: Value): { readonly name: string; readonly path: FieldPath }[] {
  const named = (value: Value, path: FieldPath) => texts(value).map((name, index) => ({ name, path: [...path, index] }));
  return [
    ...named(field(spec, 'gateways'), ['spec', 'gateways']),
    ...list(field(spec, 'http')).flatMap((route, index) => list(field(route, 'match'))
      .flatMap((match, position) => named(field(match, 'gateways'), ['spec', 'http', index, 'match', position, 'gateways']))),
  ];
}
