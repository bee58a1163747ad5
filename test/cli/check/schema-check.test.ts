import Ajv2020 from 'ajv/dist/2020';
import {
  array, assert, boolean, constant, constantFrom, dictionary, integer, jsonValue, letrec, oneof, property, record, string,
} from 'fast-check';
import { REQUESTS_SCHEMA } from '../../../src/cli/check/schema';
import { schemaProblems } from '../../../src/cli/check/schema-check';

const ajv = new Ajv2020({ strict: true, strictTypes: true, allowUnionTypes: true });
const validate = ajv.compile(REQUESTS_SCHEMA);
const agree = (value: unknown) => {
  const fine = schemaProblems(REQUESTS_SCHEMA, value).length === 0;
  expect({ value, fine }).toEqual({ value, fine: validate(value) });
};

const { expectation, client, request, file } = letrec((tie) => ({
  junk: jsonValue(),
  name: oneof({ weight: 4, arbitrary: constantFrom('default/httpbin', 'a/b') }, string(), tie('junk')),
  expectation: oneof(
    constantFrom('allowed', 'forbidden', 'handshake rejected', 'nonsense'), integer({ min: 90, max: 610 }), tie('junk'),
    record({
      outcome: oneof(constantFrom('allowed', 'x'), array(constantFrom('allowed', 'forbidden', 'x'))),
      status: integer({ min: 90, max: 610 }),
      policy: tie('name'),
      rule: integer({ min: 0, max: 3 }),
      workload: tie('name'),
      upstreamPath: string(),
      upstreamHeaders: dictionary(string(), oneof(string(), constant(null), integer())),
      more: tie('junk'),
    }, { requiredKeys: [] }),
  ),
  client: oneof(string(), tie('junk'), record({ subject: string(), uris: array(oneof(string(), integer())), certificate: string(), inMesh: string(), more: boolean() }, { requiredKeys: [] })),
  request: record({
    url: string(),
    expect: tie('expectation'),
    client: tie('client'),
    token: oneof(string(), record({ file: string(), claims: tie('junk') }, { requiredKeys: [] })),
    headers: dictionary(string(), oneof(string(), array(string()), integer())),
    port: integer({ min: -1, max: 70000 }),
    service: tie('name'),
    http2: oneof(boolean(), string()),
    ['__proto__']: tie('junk'),
    constructor: tie('junk'),
  }, { requiredKeys: [] }),
  file: record({ requests: oneof(array(tie('request'), { maxLength: 3 }), tie('junk')), complete: oneof(boolean(), string()), keySets: dictionary(string(), string()), clients: dictionary(string(), tie('client')), $schema: string(), workloads: array(record({ service: tie('name'), port: integer({ min: 0, max: 3 }), labels: dictionary(string(), string()) }, { requiredKeys: [] })) }, { requiredKeys: [] }),
}));

test('everyFileIsJudgedAsByAjv', () => {
  assert(property(file, agree));
  assert(property(request, (one) => agree({ requests: [one] })));
  assert(property(expectation, (one) => agree({ requests: [{ url: 'https://a.test/', expect: one }] })));
  assert(property(client, (one) => agree({ requests: [{ url: 'https://a.test/', expect: 'allowed', client: one }] })));
  assert(property(jsonValue(), agree));
});

test.each([
  [{}, [[[], 'the field `requests` is missing']]],
  [{ requests: [] }, [[['requests'], 'the list is empty']]],
  [{ requests: {} }, [[['requests'], 'expected a list; got `{}`']]],
  [{ requests: [{ url: 'x', expct: 'allowed' }] }, [
    [['requests', 0], 'the field `expect` is missing'],
    [['requests', 0, 'expct'], 'unknown field `expct`: expected `name`, `url`, `client`, `token`, `method`, `headers`, `sni`, `port`, `service`, `gateway`, `clientIp`, `http2`, `at`, `expect`'],
  ]],
  [{ requests: [{ url: 'x', expect: 'allow' }] }, [[['requests', 0, 'expect'], 'expected one of `allowed`, `handshake rejected`, `connection closed`, `connection refused`, `redirect`, `direct response`, '
    + '`bad request`, `unauthenticated`, `forbidden`, `not found`, `unavailable`, `undecided`; got `"allow"`']]],
  [{ requests: [{ url: 'x', expect: true }] }, [[['requests', 0, 'expect'], expect.stringMatching(/^expected one of `allowed`.*, or a whole number, or fields; got `true`$/)]]],
  [{ requests: [{ url: 'x', expect: 99 }] }, [[['requests', 0, 'expect'], 'expected a number from 100 to 599; got 99']]],
  [{ requests: [{ url: 'x', expect: { rule: 0 } }] }, [[['requests', 0, 'expect', 'rule'], 'expected a number from 1 to ∞; got 0']]],
  [{ requests: [{ url: 'x', expect: { policy: 'httpbin' } }] }, [[['requests', 0, 'expect', 'policy'], 'expected the policy that decides, `namespace/name`; got `"httpbin"`']]],
  [{ requests: [{ url: 'x', expect: 'allowed', client: { subject: `x${'y'.repeat(100)}`, uris: 'u' } }] }, [[['requests', 0, 'client', 'uris'], 'expected a list; got `"u"`']]],
])('%j: %j', (value, expected) => {
  expect(schemaProblems(REQUESTS_SCHEMA, value).map(({ path, message }) => [path, message])).toEqual(expected);
});
