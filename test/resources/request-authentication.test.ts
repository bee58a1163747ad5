import { ApiObject, App, Chart, Duration, Testing } from 'cdk8s';
import { JwtKeys } from '../../src/model/jwt-keys';
import { TokenLocation } from '../../src/model/token-location';
import { RequestAuthentication, RequestAuthenticationProps } from '../../src/resources/request-authentication';
import { Workload } from '../../src/resources/workload';

const selector = { app: 'a' };
const rule = { issuer: 'https://idp.test', keys: JwtKeys.fromUri('https://idp.test/keys') };
const bearer = [{ name: 'Authorization', prefix: 'Bearer ' }];

function chart(): Chart {
  return new Chart(new App(), 'chart');
}

function rendered(props: Partial<RequestAuthenticationProps>): any {
  const it = chart();
  new RequestAuthentication(it, 'jwt', { selector, rules: [rule], ...props });
  return Testing.synth(it)[0];
}

test('the query parameter that Istio reads by default is closed', () => {
  expect(rendered({})).toStrictEqual({
    apiVersion: 'security.istio.io/v1',
    kind: 'RequestAuthentication',
    metadata: { name: 'jwt', namespace: 'default' },
    spec: { selector: { matchLabels: selector }, jwtRules: [{ issuer: 'https://idp.test', jwksUri: 'https://idp.test/keys', fromHeaders: bearer }] },
  });
});

test('every field of a rule', () => {
  const { spec } = rendered({
    rules: [{
      ...rule,
      audiences: ['b', 'a', 'b'],
      tokenFrom: [TokenLocation.header('X-Token'), TokenLocation.cookie('c'), TokenLocation.queryParameter('q')],
      forwardToken: true,
      outputPayloadToHeader: 'x-payload',
      outputClaimToHeaders: [{ claim: 'sub', header: 'x-sub' }],
      timeout: Duration.seconds(10),
    }],
  });
  expect(spec.jwtRules).toStrictEqual([{
    issuer: 'https://idp.test',
    jwksUri: 'https://idp.test/keys',
    audiences: ['a', 'b'],
    fromHeaders: [{ name: 'X-Token' }],
    fromCookies: ['c'],
    fromParams: ['q'],
    forwardOriginalToken: true,
    outputPayloadToHeader: 'x-payload',
    outputClaimToHeaders: [{ claim: 'sub', header: 'x-sub' }],
    timeout: '10s',
  }]);
});

test('inline keys are rendered as text', () => {
  const jwks = '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}';
  const [inline] = rendered({ rules: [{ ...rule, keys: JwtKeys.fromJwks(jwks) }] }).spec.jwtRules;
  expect(inline).toStrictEqual({ issuer: 'https://idp.test', jwks, fromHeaders: bearer });
});

test('the order of issuers means nothing', () => {
  const issuers = (names: string[]): string[] => {
    const it = chart();
    const authentication = new RequestAuthentication(it, 'jwt', { selector, rules: [] });
    for (const issuer of names) authentication.addRule({ ...rule, issuer });
    return Testing.synth(it)[0].spec.jwtRules.map(({ issuer }: any) => issuer);
  };
  expect(issuers(['b', 'a'])).toStrictEqual(['a', 'b']);
  expect(issuers(['a', 'b'])).toStrictEqual(['a', 'b']);
});

test('a whole namespace, and a workload', () => {
  expect(rendered({ selector: undefined, wholeNamespace: true }).spec).not.toHaveProperty('selector');
  const workload = Workload.of({ service: 'w', port: 80, labels: { app: 'w' }, namespace: 'demo' });
  expect(rendered({ selector: undefined, workload })).toMatchObject({ metadata: { namespace: 'demo' }, spec: { selector: { matchLabels: { app: 'w' } } } });
});

test.each<[string, any, string]>([
  ['no selector', { selector: undefined }, 'request authentication `jwt` has no selector: give the labels of the pods, or say `wholeNamespace: true`'],
  ['rules that are no list', { rules: rule }, 'invalid `rules` `[object Object]`: expected a list'],
  ['an issuer twice', { rules: [rule, rule] }, 'issuer `https://idp.test` is given twice: give it once, with all of its audiences'],
  ['an issuer with *', { rules: [{ ...rule, issuer: '*' }] }, 'invalid issuer `*`: expected one issuer, spelt out: `*` would admit the tokens of others'],
  ['keys as text', { rules: [{ ...rule, keys: 'x' }] }, 'invalid keys `x` of issuer `https://idp.test`: expected `JwtKeys.fromUri` or `JwtKeys.fromJwks`'],
  ['no locations', { rules: [{ ...rule, tokenFrom: [] }] }, 'empty list `tokenFrom` of issuer `https://idp.test`: leave it out for `Authorization: Bearer`'],
  ['no audiences', { rules: [{ ...rule, audiences: [] }] }, 'empty list `audiences` of issuer `https://idp.test`: leave it out to check no audience'],
  ['an empty audience', { rules: [{ ...rule, audiences: [''] }] }, 'invalid audience `` of issuer `https://idp.test`: expected a non-empty text'],
  ['an empty claim', { rules: [{ ...rule, outputClaimToHeaders: [{ claim: '', header: 'a' }] }] }, 'invalid claim ``: expected a non-empty name'],
  ['a header with a colon', { rules: [{ ...rule, outputPayloadToHeader: ':path' }] }, 'invalid header name `:path`: expected letters, digits, `-` and `_`'],
  ['no time', { rules: [{ ...rule, timeout: Duration.millis(0) }] }, 'invalid timeout `0ms`: expected whole milliseconds, at least one'],
])('%s is refused', (_, props, message) => {
  expect(() => rendered(props)).toThrow(new Error(message));
});

test('no issuer, and a workload whose manifests are at fault, are reported at synth', () => {
  expect(() => rendered({ rules: [] })).toThrow('request authentication `jwt` has no issuer: give at least one');
  const it = chart();
  const deployment = new ApiObject(it, 'd', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } });
  const service = new ApiObject(it, 's', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } });
  new RequestAuthentication(it, 'jwt', { workload: Workload.fromDeployment(deployment, service), rules: [rule] });
  expect(() => Testing.synth(it)).toThrow('[chart/jwt] service `s` has no port');
});
