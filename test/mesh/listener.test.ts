/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { readGateway } from '../../src/mesh/gateway';
import { readObject } from '../../src/mesh/kube-object';
import { mergeListener } from '../../src/mesh/listener';

const asked: string[] = [];
const choices = { ask: (_key: string, text: string) => { asked.push(text); return true; } };
beforeEach(() => { asked.length = 0; });

const http = (hosts: string[], more: object = {}) => ({ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts, ...more });
const https = (hosts: string[], more: object = {}, port: object = {}) => ({ port: { number: 80, name: 'https', protocol: 'HTTPS', ...port }, hosts, tls: { mode: 'SIMPLE', credentialName: 'c' }, ...more });

/** The listener of a port that some Gateways share, named a, b, … in the order in which they came to be. */
function listener(...gateways: object[][]) {
  const read = gateways.map((servers, index) => readGateway(readObject({
    apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'abc'[index], namespace: 'n', creationTimestamp: `2030-01-0${index + 1}T00:00:00Z` }, spec: { servers },
  }, index)!));
  return mergeListener(read.map((gateway) => ({ gateway, servers: gateway.servers })), false, choices);
}

const chains = (given: ReturnType<typeof listener>) => given.chains.map(({ serverNames, server, plain, routes }) => (
  `${plain ? 'plain' : 'TLS'} [${serverNames.join(' ')}] of ${server.gateway.name} → ${routes === undefined ? 'unopened' : routes.servers.map(({ gateway, hosts }) => `${gateway.name} ${hosts.join(' ')}`).join(', ')}`
));

test.each<[string, object[][], string[], string[]]>([
  ['plain HTTP of two Gateways is one table', [[http(['a'])], [http(['b'])]], ['plain [] of a → a a, b b'], []],
  ['plain HTTP of any kind is', [[http(['a'])], [http(['b'], { port: { number: 80, name: 'g', protocol: 'GRPC' } })]], ['plain [] of a → a a, b b'], []],
  ['TLS has a chain for each server', [[https(['A', 'b'])], [https(['c'], {}, { name: 'other' })]], ['TLS [a b] of a → a A b', 'TLS [c] of b → b c'], []],
  ['TLS for any name', [[https(['a', '*'])]], ['TLS [] of a → a a *'], []],
  ['the namespace of a host is no part of its name', [[https(['n/a', './b'])]], ['TLS [a b] of a → a n/a n/b'], []],
  ['one host twice is dropped', [[https(['a'])], [https(['a', 'b'], {}, { name: 'other' })]], ['TLS [a] of a → a a'], ['port 80 (SIMPLE) of Gateway n/b is dropped: an earlier server on this port has host `a` too']],
  ['one port name twice is dropped', [[https(['a']), https(['b'])]], ['TLS [a] of a → a a'], ['port 80 (SIMPLE) of Gateway n/a is dropped: an earlier server has the same port name']],
  ['TLS beside plain HTTP is dropped', [[http(['a'])], [https(['b'])]], ['plain [] of a → a a'], ['port 80 (SIMPLE) of Gateway n/b is dropped: it cannot share the port with port 80 (plain HTTP) of Gateway n/a']],
  ['plain HTTP beside TLS has a chain of its own', [[https(['b'])], [http(['a'])]], ['TLS [b] of a → a b', 'plain [] of b → b a'], []],
  ['TCP beside TCP is dropped', [[http(['a'], { port: { number: 80, name: 't', protocol: 'TCP' } })], [http(['b'], { port: { number: 80, name: 'u', protocol: 'TCP' } })]], ['plain [] of a → unopened'],
    ['port 80 (TCP) of Gateway n/b is dropped: it cannot share the port with port 80 (TCP) of Gateway n/a']],
  ['what is passed through has no routes', [[https(['a'], { tls: { mode: 'PASSTHROUGH' } })]], ['TLS [a] of a → unopened'], []],
  ['what is bound to an address of its own is not reached', [[http(['a'], { bind: '10.0.0.1' })], [http(['b'])]], ['plain [] of b → b b'], []],
  ['what is bound to all addresses is', [[http(['a'], { bind: '0.0.0.0' })]], ['plain [] of a → a a'], []],
  ['one host on two addresses is no conflict', [[https(['a'], { bind: '10.0.0.1' })], [https(['a'])]], ['TLS [a] of b → b a'], []],
])('%s', (_what, gateways, expected, dropped) => {
  const merged = listener(...gateways);
  expect(chains(merged)).toEqual(expected);
  expect(merged.dropped).toEqual(dropped);
});

test('what is dropped names the server that it lost to', () => {
  const [loss] = listener([https(['a'])], [https(['b', 'a'], {}, { name: 'other' })]).losses;
  expect([loss.server.gateway.name, loss.winner.gateway.name, loss.host]).toEqual(['b', 'a', 'a']);
  const [plain] = listener([http(['a'])], [https(['b'])]).losses;
  expect([plain.server.gateway.name, plain.winner.gateway.name, plain.host]).toEqual(['b', 'a', undefined]);
});

test.each<[object[][], string | undefined]>([
  [[[https(['a'])], [https(['b'], {}, { name: 'other' })]], undefined],
  [[[https(['n/a', 'm/a'])]], undefined],
  [[[https(['*'])], [https(['m/*'], {}, { name: 'other' })]], 'port 80 (SIMPLE) of Gateway n/a and port 80 (SIMPLE) of Gateway n/b both take every connection, which Envoy refuses'],
  [[[https(['a'])], [https(['m/a'], {}, { name: 'other' })]], 'port 80 (SIMPLE) of Gateway n/a and port 80 (SIMPLE) of Gateway n/b both take server name `a`, which Envoy refuses'],
  [[[https(['a'], { tls: { mode: 'SIMPLE', credentialName: 'c', subjectAltNames: ['x'] } })]], 'port 80 (SIMPLE) of Gateway n/a has subjectAltNames and no trust anchor, which Envoy refuses'],
  [[[https(['a'], { tls: { mode: 'SIMPLE', serverCertificate: '/c', privateKey: '/k', subjectAltNames: ['x'] } })]], undefined],
  [[[https(['a'], { tls: { mode: 'MUTUAL', credentialName: 'c', subjectAltNames: ['x'] } })]], undefined],
])('%j: Envoy refuses %s', (gateways, rejected) => {
  expect(listener(...gateways).rejected).toBe(rejected);
});

test.each<[object[], object[], boolean]>([
  [[http(['a'])], [http(['a'])], false],
  [[http(['a'])], [https(['b'])], true],
  [[https(['a'])], [https(['a'], {}, { name: 'other' })], true],
  [[https(['a'])], [https(['b'], {}, { name: 'other' })], false],
  [[https(['a'])], [http(['a'], { bind: '10.0.0.1' })], false],
  [[http(['a'], { port: { number: 80, name: 't', protocol: 'TCP' } })], [http(['b'], { port: { number: 80, name: 'u', protocol: 'TCP' } })], true],
])('of %j and %j without creation times the older one matters: %s', (first, second, matters) => {
  const read = [first, second].map((servers, index) => readGateway(readObject({ apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'ab'[index], namespace: 'n' }, spec: { servers } }, index)!));
  mergeListener(read.map((gateway) => ({ gateway, servers: gateway.servers })), false, choices);
  expect(asked).toEqual(matters ? ['Gateway n/a is older than Gateway n/b'] : []);
});
