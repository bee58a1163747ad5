import { Doors } from './place';
import { literalOf } from './vocabulary';
import { EvaluatedMesh } from '../authz/evaluation';
import { PolicyField } from '../mesh/authorization-policy';
import { describeServer } from '../mesh/gateway';
import { StringPattern } from '../mesh/string-pattern';

/**
 * What among the manifests the search does not look through completely, in words; none where "nothing found" is exhaustive.
 *
 * The argument is in docs/attack.md.
 */
export function notModelled(mesh: EvaluatedMesh, doors: Doors): string[] {
  const { view } = mesh;
  const found: string[] = [];
  const proxied = [...mesh.proxies.map(({ workload }) => workload), ...view.workloads.filter(({ proxied: has }) => has)];
  const extensions = new Set(proxied.flatMap((workload) => view.scoped(view.extensions, workload)).map(({ text }) => text));
  found.push(...[...extensions].map((text) => `${text} changes proxies in ways that are not modelled`));
  const policies = [...new Set(proxied.flatMap((workload) => view.scoped(view.policies, workload)))];
  for (const { namespace, name, action, rules } of policies) {
    if (action === 'CUSTOM') found.push(`AuthorizationPolicy ${namespace}/${name} asks an external authorizer`);
    const fields = rules.flatMap(({ from, to, when }) => [...from.flat(), ...to.flat(), ...when]);
    if (fields.some(isAddress)) found.push(`AuthorizationPolicy ${namespace}/${name} asks for addresses`);
    if (fields.some(({ key }) => key.startsWith('experimental.'))) found.push(`AuthorizationPolicy ${namespace}/${name} asks for metadata of filters`);
  }
  for (const { namespace, name, http } of view.virtualServices) {
    const where = `VirtualService ${namespace}/${name}`;
    if (http.some(({ delegate }) => delegate !== undefined)) found.push(`${where} delegates`);
    if (http.some(({ fault }) => fault)) found.push(`${where} injects faults`);
    const patterns = http.flatMap(({ matches }) => matches ?? []).flatMap(({ uri, authority, headers, withoutHeaders, queryParams }) => (
      [uri, authority, ...[...headers, ...withoutHeaders, ...queryParams].map(({ pattern }) => pattern)]
    ));
    if (patterns.some(isOpenExpression)) found.push(`${where} matches regular expressions, of which only examples were tried`);
    if (http.some(({ rewriteRegex }) => rewriteRegex !== undefined)) found.push(`${where} rewrites paths by regular expression`);
  }
  found.push(...view.refused.map(({ object, reason }) => `${object.kind} ${object.namespace}/${object.name} is refused and so not in force: ${reason}`));
  found.push(...new Set(doors.opaque.map((server) => `${describeServer(server)} hands connections on unopened`)));
  return [...new Set(found)];
}

function isAddress({ key }: PolicyField): boolean {
  return ['ipBlocks', 'remoteIpBlocks', 'source.ip', 'remote.ip', 'destination.ip'].includes(key);
}

function isOpenExpression(pattern: StringPattern | undefined): boolean {
  return pattern?.kind === 'regex' && pattern.value !== '.*' && literalOf(pattern.value) === undefined;
}
