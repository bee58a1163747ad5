import { Audience } from '../../src/model/audience';
import { ClaimRequirement } from '../../src/model/claim-requirement';
import { checkedIssuers } from '../../src/model/jwt-issuer';
import { JwtKeys } from '../../src/model/jwt-keys';
import { TokenLocation } from '../../src/model/token-location';

const issuer = { issuer: 'https://idp.example.com', keys: JwtKeys.fromUri('https://idp.example.com/keys'), audience: Audience.of('a') };

describe('audiences', () => {
  test('are a set', () => {
    expect(Audience.of('b', 'a', 'b').values).toStrictEqual(['a', 'b']);
    const { values } = Audience.of('a');
    values.push('b');
    expect(Audience.of('a').values).toStrictEqual(['a']);
  });

  test('any has a reason and no values', () => {
    expect(Audience.any(' legacy ')).toMatchObject({ reason: 'legacy', values: [] });
    expect(Audience.of('a').reason).toBeUndefined();
  });

  test.each<[string, () => Audience, string]>([
    ['none', () => Audience.of(), 'audience without value: give at least one, or accept every audience with `Audience.any(\'reason\')`'],
    ['an empty one', () => Audience.of(''), 'invalid audience ``: expected a non-empty text'],
    ['a number', () => Audience.of(7 as any), 'invalid audience `7`: expected a non-empty text, Istio compares no numbers and booleans'],
    ['a wildcard', () => Audience.of('*'), 'invalid audience `*`: expected no `*` at the beginning or the end, policies read it as a wildcard'],
    ['a control character', () => Audience.of('a\u0000'), 'invalid audience "a\\u0000": expected no control characters'],
    ['any without reason', () => Audience.any(' '), 'invalid reason ` ` for accepting every audience: expected a sentence, or use `Audience.of`'],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});

describe('claims', () => {
  test.each<[ClaimRequirement, string, string[]]>([
    [ClaimRequirement.oneOf('groups', 'b', 'a', 'b'), 'request.auth.claims[groups]', ['a', 'b']],
    [ClaimRequirement.nestedOneOf(['realm_access', 'roles'], 'a*b'), 'request.auth.claims[realm_access][roles]', ['a*b']],
    [ClaimRequirement.oneOf('https://example.com/roles', 'x'), 'request.auth.claims[https://example.com/roles]', ['x']],
    [ClaimRequirement.present('email'), 'request.auth.claims[email]', ['*']],
  ])('%# is %s', (claim, key, values) => {
    expect([claim.key, claim.values]).toStrictEqual([key, values]);
  });

  test.each<[string, () => ClaimRequirement, string]>([
    ['no value', () => ClaimRequirement.oneOf('a'), 'claim `a` without value: give at least one, or require only its presence with `ClaimRequirement.present`'],
    ['a boolean', () => ClaimRequirement.oneOf('a', true as any), 'invalid value of claim `a` `true`: expected a non-empty text, Istio compares no numbers and booleans'],
    ['a wildcard', () => ClaimRequirement.oneOf('a', 'x*'), 'invalid value of claim `a` `x*`: expected no `*` at the beginning or the end, policies read it as a wildcard'],
    ['no name', () => ClaimRequirement.present(''), 'invalid claim ``: expected a non-empty name'],
    ['no path', () => ClaimRequirement.nestedOneOf([], 'a'), 'invalid claim ``: expected a name'],
    ['brackets', () => ClaimRequirement.present('a[b]'),
      'invalid claim "a[b]": expected a name without brackets and control characters, inner claims by `ClaimRequirement.nestedOneOf`'],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});

describe('token locations', () => {
  test('are rendered under their kind', () => {
    const rendered = [TokenLocation.authorizationHeader(), TokenLocation.header('X-Token'), TokenLocation.cookie('session'), TokenLocation.queryParameter('token')]
      .map((location) => [location._header, location._cookie, location._queryParameter, location.toString()]);
    expect(rendered).toStrictEqual([
      [{ name: 'Authorization', prefix: 'Bearer ' }, undefined, undefined, 'header Authorization with prefix "Bearer "'],
      [{ name: 'X-Token' }, undefined, undefined, 'header X-Token'],
      [undefined, 'session', undefined, 'cookie session'],
      [undefined, undefined, 'token', 'query token'],
    ]);
  });

  test.each<[string, () => TokenLocation, string]>([
    ['a header with a colon', () => TokenLocation.header('a:b'), 'invalid header name `a:b`: expected the characters of RFC 9110 section 5.6.2'],
    ['no cookie name', () => TokenLocation.cookie(undefined as any), 'invalid cookie name `undefined`: expected the characters of RFC 9110 section 5.6.2'],
    ['a parameter with a space', () => TokenLocation.queryParameter('a b'), 'invalid query parameter name `a b`: expected the characters of RFC 9110 section 5.6.2'],
    ['an identity header', () => TokenLocation.header('X-Client-Ssl-Cn'), 'invalid header `X-Client-Ssl-Cn` for tokens: expected another one, this tells the client certificate'],
    ['an empty prefix', () => TokenLocation.header('X-Token', ''), 'invalid token prefix "": expected a text such as `Bearer `'],
    ['Authorization without prefix', () => TokenLocation.header('authorization'),
      'header `Authorization` without prefix: expected `TokenLocation.authorizationHeader()`, or the prefix that clients send'],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});

describe('issuers', () => {
  test('come back complete and sorted', () => {
    const [first, second] = checkedIssuers([{ ...issuer, issuer: 'b', forwardToken: true }, { ...issuer, issuer: 'a' }]);
    expect([first.issuer, first.claims, first.forwardToken, first.tokenFrom.map(String)]).toStrictEqual(['a', [], false, ['header Authorization with prefix "Bearer "']]);
    expect([second.issuer, second.forwardToken]).toStrictEqual(['b', true]);
  });

  test('with and without a slash at the end are two', () => {
    expect(checkedIssuers([issuer, { ...issuer, issuer: 'https://idp.example.com/' }])).toHaveLength(2);
  });

  const text = 'expected the value of `iss` in the tokens';
  test.each<[string, any, string]>([
    ['nothing', undefined, 'invalid issuer `undefined`: expected an object'],
    ['a misspelt field', { ...issuer, claim: [] },
      'unknown field `claim` of issuer: expected one of `issuer`, `keys`, `audience`, `claims`, `tokenFrom`, `forwardToken`'],
    ['no name', { ...issuer, issuer: '' }, `invalid issuer \`\`: ${text}`],
    ['a wildcard', { ...issuer, issuer: 'https://*.idp' }, 'invalid issuer `https://*.idp`: expected one issuer, spelt out: `*` would admit the tokens of others'],
    ['a space', { ...issuer, issuer: 'a b' }, 'invalid issuer "a b": expected no spaces and control characters'],
    ['a scheme alone', { ...issuer, issuer: 'https://' }, 'invalid issuer `https://`: expected the whole value of `iss` in the tokens'],
    ['keys as text', { ...issuer, keys: 'https://keys' }, 'invalid keys `https://keys` of issuer `https://idp.example.com`: expected `JwtKeys.fromUri` or `JwtKeys.fromJwks`'],
    ['an audience as text', { ...issuer, audience: 'a' },
      'invalid audience `a` of issuer `https://idp.example.com`: expected `Audience.of(\'…\')`, or `Audience.any(\'reason\')` to accept every audience'],
    ['claims as objects', { ...issuer, claims: [{ a: 'b' }] }, 'invalid claims `[object Object]` of issuer `https://idp.example.com`: expected a list of `ClaimRequirement`'],
    ['locations as text', { ...issuer, tokenFrom: ['Authorization'] },
      'invalid token locations `Authorization` of issuer `https://idp.example.com`: expected a list of `TokenLocation`'],
    ['no locations', { ...issuer, tokenFrom: [] }, 'empty list `tokenFrom` of issuer `https://idp.example.com`: leave it out for `Authorization: Bearer`'],
    ['a text as switch', { ...issuer, forwardToken: 'no' }, 'invalid `forwardToken` `no` of issuer `https://idp.example.com`: expected true or false'],
  ])('%s is refused', (_, given, message) => {
    expect(() => checkedIssuers([given])).toThrow(new Error(message));
  });
});
