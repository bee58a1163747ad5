import { Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { GatewayGuard } from '../../src/constructs/gateway-guard';
import { gatewayName } from '../../src/constructs/gateway-name';
import { ServerCredential } from '../../src/constructs/server-credential';
import { HostPattern } from '../../src/model/host-pattern';
import { IngressGateway } from '../../src/model/ingress-gateway';

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,4}[a-z0-9])?$/);
const exact = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }).map((labels) => `${labels.join('.')}.test`);
const pattern = fc.oneof(exact, exact.map((host) => `*.${host}`), fc.constant('*'), fc.constant('*.test'));

function rules(served: string[], guarded: string[]): any[] {
  const chart = Testing.chart();
  const guard = new GatewayGuard({ scope: chart, ingress: IngressGateway.istioctlDefault(), name: 'guard', isServed: (host) => served.includes(host), ports: () => [443] });
  guarded.forEach((host) => guard.add(HostPattern.parse(host)));
  return Testing.synth(chart).flatMap(({ spec }) => spec.rules);
}

/** What the policy answers to a request, read off the manifest: Istio's rules for hosts, principals and server names. */
function denies(policy: any[], request: { host: string; sni?: string; certificate: boolean }): boolean {
  return policy.some(({ from, to, when }) => {
    const hosts: string[] = to[0].operation.hosts;
    const onHost = hosts.some((value) => value.endsWith(':*') ? request.host.startsWith(value.slice(0, -1)) : value === request.host);
    const byIdentity = from === undefined || !request.certificate;
    const byName = when === undefined || !when[0].notValues.some((value: string) => request.sni !== undefined && covers(value, request.sni));
    return onHost && byIdentity && byName;
  });
}

const covers = (value: string, host: string) => HostPattern.parse(value).covers(HostPattern.parse(host));

/** The server that Envoy picks for a server name: the exact one, then the longest wildcard. */
function serverFor(served: string[], sni: string): string | undefined {
  return served.includes(sni) ? sni : served.filter((host) => covers(host, sni)).sort((a, b) => b.length - a.length)[0];
}

test('a guarded host without a certificate is denied, with and without a port', () => {
  const name = fc.option(exact, { nil: undefined });
  fc.assert(fc.property(fc.array(pattern, { minLength: 1 }), exact, name, fc.nat(65535), (served, host, sni, port) => {
    fc.pre(served.some((server) => covers(server, host)));
    const policy = rules(served, [host]);
    expect(denies(policy, { host, sni, certificate: false })).toBe(true);
    expect(denies(policy, { host: `${host}:${port}`, sni, certificate: false })).toBe(true);
  }));
});

test('a guarded host with a certificate is denied exactly when the server name leads to another server', () => {
  fc.assert(fc.property(fc.array(pattern, { minLength: 1 }), exact, exact, (served, host, sni) => {
    const server = serverFor(served, host);
    fc.pre(server !== undefined);
    // A server name may lead to a more specific server of ours than the host's; that is ours all the same.
    expect(denies(rules(served, [host]), { host, sni, certificate: true })).toBe(!covers(server!, sni));
  }));
});

test('over its own server name, with a certificate, a guarded host is never denied', () => {
  fc.assert(fc.property(fc.array(pattern, { minLength: 1 }), fc.array(exact), (served, hosts) => {
    const policy = rules(served, hosts);
    for (const host of hosts) expect(denies(policy, { host, sni: host, certificate: true })).toBe(false);
  }));
});

test('a host that is not guarded is never denied', () => {
  fc.assert(fc.property(fc.array(pattern), fc.array(pattern), exact, fc.boolean(), (served, guarded, host, certificate) => {
    fc.pre(!guarded.includes(host));
    expect(denies(rules(served, guarded), { host, certificate })).toBe(false);
  }));
});

test('the order in which hosts are guarded means nothing', () => {
  fc.assert(fc.property(fc.array(pattern), fc.array(exact), (served, hosts) => {
    expect(rules(served, hosts)).toEqual(rules(served, [...hosts].reverse()));
  }));
});

test('the name of a gateway is a DNS label, whatever its host', () => {
  const hosts = fc.array(label, { minLength: 2, maxLength: 30 }).map((labels) => labels.join('.'));
  fc.assert(fc.property(hosts, fc.boolean(), (host, wildcard) => {
    const name = gatewayName('mtls', { hosts: [wildcard ? `*.${host}` : host], credential: ServerCredential.fromSecretName('x') });
    expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  }));
});

