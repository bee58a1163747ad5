import { targetsOf } from './targets';
import { describeRule, enforcedPolicies, WrittenPolicy } from './written-policies';
import { attributeOf } from '../../authz/condition';
import type { PolicyField, PolicyRule } from '../../mesh/authorization-policy';
import { ClientCheck, clientCheckOf } from '../../mesh/client-check';
import { describeServer } from '../../mesh/gateway';
import { surelySelects } from '../../mesh/labels';
import type { Service } from '../../mesh/service';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';

const IDENTITIES = new Set(['principals', 'namespaces', 'serviceAccounts']);

interface TcpPort {
  /** The port of the pods; several where one of them is meant and it cannot be told which; none where nothing is known. */
  readonly ports: readonly number[];
  /** The server names that it is for, at a gateway; one empty name where the gateway sees none, because the server has no TLS and so its listener no TLS inspector. */
  readonly names?: readonly string[];
  /** Whether a peer may have an identity there. */
  readonly identified: boolean;
  readonly text: string;
}

/** MTLS078: a DENY rule with conditions of HTTP applies to TCP ports without them. */
export const denyHttpOnTcp: Check = {
  id: 'MTLS078',
  title: 'a denial by HTTP conditions on a TCP port',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => enforcedPolicies(context).filter(({ action }) => action === 'DENY').flatMap((policy) => {
    const ports = tcpPorts(policy, context);
    return policy.rules.flatMap((rule, index): Finding[] => {
      const lost = conditionsOf(rule).find((condition) => isHttp(condition, context));
      const port = lost === undefined ? undefined : ports.find((candidate) => mayApply(rule, candidate) && !isSpared(rule, candidate));
      return port === undefined ? [] : [{
        object: policy.object,
        path: ['spec', 'rules', index],
        message: `${describeRule(index, policy)} has \`${lost!.key}\`, which does not exist on ${port.text}`,
        effect: 'Istio leaves the condition out there, so the rule denies connections that it does not mean',
        cure: 'name in `ports` the HTTP ports that the rule is for',
      }];
    });
  }),
};

function conditionsOf({ from, to, when }: PolicyRule): PolicyField[] {
  return [...from.flat(), ...to.flat(), ...when];
}

function isHttp({ key }: PolicyField, { view }: CheckContext): boolean {
  return attributeOf(key, '', view.settings)?.http === true;
}

/** Whether a rule applies on a port, by its `ports`. */
function mayApply({ to, when }: PolicyRule, { ports }: TcpPort): boolean {
  const allows = ({ key, values, notValues }: PolicyField) => (key !== 'ports' && key !== 'destination.port')
    || (ports.length > 0 && ports.every((port) => (values.length === 0 || values.includes(String(port))) && !notValues.includes(String(port))));
  return when.every(allows) && (to.length === 0 || to.some((operation) => operation.every(allows)));
}

/** Whether no connection of a port is meant by what else the rule asks for: another server name, or an identity where nobody has one. */
function isSpared({ from, when }: PolicyRule, { names, identified }: TcpPort): boolean {
  const asksIdentity = from.length > 0 && from.every((source) => source.some(({ key, values }) => IDENTITIES.has(key) && values.length > 0));
  const serverNames = when.filter(({ key }) => key === 'connection.sni');
  return (asksIdentity && !identified) || (names !== undefined && serverNames.some((condition) => isForOthers(condition, names)));
}

/** Whether a condition on the server name leaves out all of some names. */
function isForOthers({ values, notValues }: PolicyField, names: readonly string[]): boolean {
  const isMeant = (name: string) => values.length === 0 || values.some((value) => covers(value, name) || covers(name, value));
  return names.every((name) => !isMeant(name) || notValues.some((value) => covers(value, name)));
}

/** Whether a value of a policy stands for every server name that a host of a Gateway stands for. `*` asks that there is one. */
function covers(value: string, host: string): boolean {
  if (host === '' || value === '') return value === host;
  return value === host || (value.startsWith('*') && host.endsWith(value.slice(1)));
}

function tcpPorts(policy: WrittenPolicy, context: CheckContext): TcpPort[] {
  const { gateways, services } = targetsOf(context, policy);
  return [
    ...gateways.flatMap(({ servers, workload: { assumed } }) => servers.filter(({ server }) => clientCheckOf(server) === ClientCheck.NO_HTTP)
      .map(({ server, target }) => ({
        ports: assumed === undefined ? [target] : [target, server.port],
        names: server.tls === undefined ? [''] : server.hosts.map((host) => host.slice(host.indexOf('/') + 1).toLowerCase()),
        identified: /MUTUAL$/.test(server.tls?.mode ?? ''),
        text: describeServer(server),
      }))),
    ...services.filter((service) => hasProxies(service, context)).flatMap(({ namespace, name, ports }) => ports.filter(({ http }) => !http)
      .map(({ port, targetPort }) => ({ ports: typeof targetPort === 'number' ? [targetPort] : [], identified: true, text: `TCP port ${port} of Service \`${namespace}/${name}\`` }))),
  ];
}

/** Whether a Service leads to pods with a proxy, as far as they are among the manifests. */
function hasProxies({ namespace, selector }: Service, { view }: CheckContext): boolean {
  const pods = view.workloadsIn(namespace).filter(({ labels }) => surelySelects(selector, labels));
  return pods.length === 0 || pods.some(({ proxied }) => proxied);
}
