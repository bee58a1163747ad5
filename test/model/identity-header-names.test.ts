import { IDENTITY_HEADER_SPELLINGS, isIdentityHeader } from '../../src/model/identity-header-names';

test('there are 24 spellings, all different, each of them an identity header', () => {
  expect(new Set(IDENTITY_HEADER_SPELLINGS).size).toBe(24);
  expect(IDENTITY_HEADER_SPELLINGS.every(isIdentityHeader)).toBe(true);
  expect([...IDENTITY_HEADER_SPELLINGS].sort()).toStrictEqual(IDENTITY_HEADER_SPELLINGS);
  expect(IDENTITY_HEADER_SPELLINGS).toEqual(expect.arrayContaining(['X-CLIENT-SSL-CN', 'X_CLIENT_SSL_SAN', 'X-CLIENT_SSL-ISSUER']));
});

test.each<[string, boolean]>([['x_Client-ssl_cn', true], ['X-CLIENT-SSL', false], ['X-CLIENT-SSL-CN-2', false]])('%s is an identity header: %s', (name, is) => {
  expect(isIdentityHeader(name)).toBe(is);
});
