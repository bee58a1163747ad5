import { ApiRuleAccess } from '../../src/resources/api-rule-access';
import type { ApiRuleJwtAuthorization } from '../../src/resources/api-rule-jwt';

const IDP = { issuer: 'https://idp.example.com', jwksUri: 'https://idp.example.com/keys' };
const OTHER = { issuer: 'https://other.example.com', jwksUri: 'https://other.example.com/keys' };

test('each kind says what it is', () => {
  const kinds = [ApiRuleAccess.noAuth(), ApiRuleAccess.jwt({ authentications: [IDP] }), ApiRuleAccess.extAuth({ authorizers: ['a'] })];
  expect(kinds.map(String)).toEqual(['noAuth', 'jwt', 'extAuth']);
  expect(kinds.map(({ isOpen }) => isOpen)).toEqual([true, false, false]);
});

test('what is given is copied', () => {
  const authorizers = ['a'];
  const access = ApiRuleAccess.extAuth({ authorizers });
  authorizers.push('b');
  access._handler().extAuth!.authorizers.push('c');
  expect(access._handler()).toEqual({ extAuth: { authorizers: ['a'] } });
});

describe('tokens are refused with the cure', () => {
  test.each<[string, any, string]>([
    ['no options', undefined, 'jwt has no authentications `undefined`: expected at least one issuer with its `jwksUri`'],
    ['no authentications', { authentications: [] }, 'jwt has no authentications ``: expected at least one issuer with its `jwksUri`'],
    ['no issuer', { authentications: [{ ...IDP, issuer: undefined }] }, "invalid issuer `undefined` of jwt: expected the token's `iss` without spaces, such as `https://idp.example.com`"],
    ['nothing instead of an issuer', { authentications: [null] }, "invalid issuer `undefined` of jwt: expected the token's `iss` without spaces, such as `https://idp.example.com`"],
    ['issuer with a space', { authentications: [{ ...IDP, issuer: 'a:b c' }] }, "invalid issuer `a:b c` of jwt: expected the token's `iss` without spaces, such as `https://idp.example.com`"],
    ['issuer with a wildcard', { authentications: [{ ...IDP, issuer: 'https://*' }] }, 'invalid issuer `https://*` of jwt: expected no `*`, which policies read as a wildcard'],
    ['relative key address', { authentications: [{ ...IDP, jwksUri: '/keys' }] }, 'invalid jwksUri `/keys` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['key address in plain text', { authentications: [{ ...IDP, jwksUri: 'http://idp.example.com/keys' }] }, 'invalid jwksUri `http://idp.example.com/keys` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['key address that only looks inner', { authentications: [{ ...IDP, jwksUri: 'http://a.svc.example.com/keys' }] }, 'invalid jwksUri `http://a.svc.example.com/keys` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['key address with a password', { authentications: [{ ...IDP, jwksUri: 'https://u:p@idp.example.com' }] }, 'invalid jwksUri `https://u:p@idp.example.com` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['key address with a user', { authentications: [{ ...IDP, jwksUri: 'https://u@idp.example.com' }] }, 'invalid jwksUri `https://u@idp.example.com` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['other scheme', { authentications: [{ ...IDP, jwksUri: 'ftp://idp.example.com' }] }, 'invalid jwksUri `ftp://idp.example.com` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['no key address', { authentications: [{ issuer: IDP.issuer }] }, 'invalid jwksUri `undefined` of issuer `https://idp.example.com`: expected an absolute `https://` address, or `http://<service>.<namespace>.svc…` inside the cluster'],
    ['two places', { authentications: [{ ...IDP, fromHeader: { name: 'x' }, fromParam: 'y' }] }, 'issuer `https://idp.example.com` has `fromHeader` and `fromParam`: Kyma takes one of them'],
    ['token header', { authentications: [{ ...IDP, fromHeader: { name: 'x y' } }] }, 'invalid token header `x y` of issuer `https://idp.example.com`: expected a header name (RFC 9110 section 5.1)'],
    ['no token header', { authentications: [{ ...IDP, fromHeader: null }] }, 'invalid token header `undefined` of issuer `https://idp.example.com`: expected a header name (RFC 9110 section 5.1)'],
    ['token prefix', { authentications: [{ ...IDP, fromHeader: { name: 'x', prefix: '\n' } }] }, 'invalid token prefix "\\n" of issuer `https://idp.example.com`: expected printable text such as `Bearer `'],
    ['query parameter', { authentications: [{ ...IDP, fromParam: 'a&b' }] }, 'invalid query parameter `a&b` of issuer `https://idp.example.com`: expected letters, digits, `.`, `_`, `~` and `-`'],
    ['one issuer twice', { authentications: [IDP, { ...IDP, fromParam: 'a' }] }, 'issuer `https://idp.example.com` has two configurations: expected the same `jwksUri` and token place everywhere in the APIRule'],
    ['no authorizations', { authentications: [IDP], authorizations: [] }, 'invalid `authorizations` `` of jwt: Kyma reads an empty list as no limit, leave the field out to mean that'],
    ['authorizations as an object', { authentications: [IDP], authorizations: {} }, 'invalid `authorizations` `[object Object]` of jwt: Kyma reads an empty list as no limit, leave the field out to mean that'],
    ['an empty authorization', { authentications: [IDP], authorizations: [{ audiences: ['a'] }, {}] }, 'empty authorization of jwt: expected `requiredScopes` or `audiences`, because one entry without either admits every token'],
    ['no authorization', { authentications: [IDP], authorizations: [null] }, 'empty authorization of jwt: expected `requiredScopes` or `audiences`, because one entry without either admits every token'],
    ['no scopes', { authentications: [IDP], authorizations: [{ requiredScopes: [] }] }, 'invalid `requiredScopes` `` of jwt: Kyma reads an empty list as no limit, give at least one value'],
    ['scopes as text', { authentications: [IDP], authorizations: [{ requiredScopes: 'read' }] }, 'invalid `requiredScopes` `read` of jwt: Kyma reads an empty list as no limit, give at least one value'],
    ['empty scope', { authentications: [IDP], authorizations: [{ requiredScopes: [''] }] }, 'invalid value "" in `requiredScopes` of jwt: expected printable text'],
    ['audience with a wildcard', { authentications: [IDP], authorizations: [{ audiences: ['*'] }] }, 'invalid value `*` in `audiences` of jwt: expected no `*`, which policies read as a wildcard'],
  ])('%s', (_name, options, message) => {
    expect(() => ApiRuleAccess.jwt(options)).toThrow(new Error(message));
  });
});

describe('external authorization is refused with the cure', () => {
  test.each<[string, any, string]>([
    ['no options', undefined, 'invalid `authorizers` `undefined`: expected at least one extension provider of the mesh configuration'],
    ['no authorizers', { authorizers: [] }, 'invalid `authorizers` ``: expected at least one extension provider of the mesh configuration'],
    ['a nameless authorizer', { authorizers: [''] }, 'invalid authorizer ``: expected the name of an extension provider of the mesh configuration'],
    ['a number', { authorizers: [1] }, 'invalid authorizer `1`: expected the name of an extension provider of the mesh configuration'],
    ['restrictions without issuers', { authorizers: ['a'], restrictions: {} }, 'extAuth restrictions has no authentications `undefined`: expected at least one issuer with its `jwksUri`'],
  ])('%s', (_name, options, message) => {
    expect(() => ApiRuleAccess.extAuth(options)).toThrow(new Error(message));
  });
});

describe('one access demands all of another', () => {
  const jwt = (...authorizations: ApiRuleJwtAuthorization[]) =>
    ApiRuleAccess.jwt({ authentications: [IDP], ...(authorizations.length > 0 && { authorizations }) });
  const noAuth = ApiRuleAccess.noAuth();
  const ext = ApiRuleAccess.extAuth({ authorizers: ['a'] });

  test.each<[string, ApiRuleAccess, ApiRuleAccess, boolean]>([
    ['a token, nothing', jwt(), noAuth, true],
    ['nothing, a token', noAuth, jwt(), false],
    ['nothing, an authorizer', noAuth, ext, false],
    ['an authorizer, nothing', ext, noAuth, true],
    ['an authorizer, a token', ext, jwt(), false],
    ['a token, an authorizer', jwt(), ext, false],
    ['both, a token', ApiRuleAccess.extAuth({ authorizers: ['a'], restrictions: { authentications: [IDP] } }), jwt(), true],
    ['two authorizers, one of them', ApiRuleAccess.extAuth({ authorizers: ['a', 'b'] }), ext, true],
    ['one authorizer, two', ext, ApiRuleAccess.extAuth({ authorizers: ['a', 'b'] }), false],
    ['a token, the same', jwt(), jwt(), true],
    ['one issuer, one of two', jwt(), ApiRuleAccess.jwt({ authentications: [OTHER, IDP] }), true],
    ['two issuers, one', ApiRuleAccess.jwt({ authentications: [OTHER, IDP] }), jwt(), false],
    ['a scope, any token', jwt({ requiredScopes: ['r'] }), jwt(), true],
    ['any token, a scope', jwt(), jwt({ requiredScopes: ['r'] }), false],
    ['two scopes, one of them', jwt({ requiredScopes: ['r', 'w'] }), jwt({ requiredScopes: ['r'] }), true],
    ['one scope, two', jwt({ requiredScopes: ['r'] }), jwt({ requiredScopes: ['r', 'w'] }), false],
    ['an audience, a scope', jwt({ audiences: ['a'] }), jwt({ requiredScopes: ['r'] }), false],
    ['an audience, an audience or a scope', jwt({ audiences: ['a'] }), jwt({ requiredScopes: ['r'] }, { audiences: ['a'] }), true],
    ['an audience or a scope, an audience', jwt({ requiredScopes: ['r'] }, { audiences: ['a'] }), jwt({ audiences: ['a'] }), false],
  ])('%s: %#', (_name, one, other, result) => {
    expect(one._demandsAllOf(other)).toBe(result);
  });
});
