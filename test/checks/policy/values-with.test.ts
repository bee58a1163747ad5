import { keysWithValues, valuesWith } from '../../../src/checks/policy/written-policies';
import { contextOf } from '../cases';

const policy = (name: string, rules: unknown, annotations: object = {}) => ({
  apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name, namespace: 'n', annotations }, spec: { rules },
});
const CONTEXT = contextOf([
  policy('a', [{ to: [{ operation: { hosts: ['same', 'x'] } }] }, { to: [{ operation: { notHosts: ['same'] } }] }]),
  policy('dry', [{ to: [{ operation: { hosts: ['same'] } }] }], { 'istio.io/dry-run': 'true' }),
  policy('b', [{ from: [{ source: { principals: ['p'] } }], to: [{ operation: { hosts: ['y', 'same'] } }], when: [{ key: 'connection.sni', values: ['same'] }] }]),
]);

test('a text that stands in many policies is asked about once, and found at every place in the order of the objects', () => {
  const asked: string[] = [];
  const found = valuesWith(CONTEXT, ['connection.sni', 'hosts', 'nowhere'], (value, key) => { asked.push(`${key} ${value}`); return value !== 'y'; });
  expect(asked).toEqual(['connection.sni same', 'hosts same', 'hosts x', 'hosts y']);
  expect(found.map(({ policy: { object }, key, value, negated, path }) => `${object.name} ${key} ${value} ${negated} ${path.join('.')}`)).toEqual([
    'a hosts same false spec.rules.0.to.0.operation.hosts.0',
    'a hosts x false spec.rules.0.to.0.operation.hosts.1',
    'a hosts same true spec.rules.1.to.0.operation.notHosts.0',
    'b hosts same false spec.rules.0.to.0.operation.hosts.1',
    'b connection.sni same false spec.rules.0.when.0.values.0',
  ]);
});

test('only keys that have values are named', () => {
  expect([...keysWithValues(CONTEXT)]).toEqual(['hosts', 'principals', 'connection.sni']);
});
