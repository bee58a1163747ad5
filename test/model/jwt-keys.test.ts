import { generateKeyPairSync, KeyObject } from 'node:crypto';
import { JwtKeys } from '../../src/model/jwt-keys';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const ed = generateKeyPairSync('ed25519');
const x = generateKeyPairSync('x25519');

const jwk = (key: KeyObject, more: object = {}): object => ({ ...key.export({ format: 'jwk' }), ...more });
const set = (...keys: unknown[]): string => JSON.stringify({ keys });

describe('addresses', () => {
  test('https is taken as it is', () => {
    expect(JwtKeys.fromUri('https://idp.example.com:8443/keys?v=1')._render()).toStrictEqual({ jwksUri: 'https://idp.example.com:8443/keys?v=1' });
  });

  test('http needs a reason', () => {
    expect(JwtKeys.fromInsecureUri('http://idp.auth.svc.cluster.local/keys', 'inside the mesh')._render()).toStrictEqual({ jwksUri: 'http://idp.auth.svc.cluster.local/keys' });
  });

  const shape = 'expected an address such as `https://idp.example.com/keys`';
  test.each<[string, () => JwtKeys, string]>([
    ['http', () => JwtKeys.fromUri('http://idp.example.com/keys'),
      'invalid address of keys `http://idp.example.com/keys`: expected `https://`, whoever can change the answer can sign tokens; where that is out of question, `JwtKeys.fromInsecureUri`'],
    ['a host alone', () => JwtKeys.fromUri('idp.example.com/keys'), `invalid address of keys \`idp.example.com/keys\`: ${shape}`],
    ['another scheme', () => JwtKeys.fromUri('file:///keys'), `invalid address of keys \`file:///keys\`: ${shape}`],
    ['a space', () => JwtKeys.fromUri('https://idp.example.com/a b'), `invalid address of keys \`https://idp.example.com/a b\`: ${shape}`],
    ['nothing', () => JwtKeys.fromUri(undefined as any), `invalid address of keys \`undefined\`: ${shape}`],
    ['a password', () => JwtKeys.fromUri('https://a:b@idp.example.com/keys'),
      'invalid address of keys `https://idp.example.com`: expected no user and password, they would be public in the manifest'],
    ['a fragment', () => JwtKeys.fromUri('https://idp.example.com/keys#x'), 'invalid address of keys `https://idp.example.com/keys#x`: expected no fragment'],
    ['2049 characters', () => JwtKeys.fromUri(`https://idp.example.com/${'a'.repeat(2030)}`),
      `invalid address of keys \`https://idp.example.com/${'a'.repeat(16)}…\`: expected at most 2048 characters`],
    ['no reason', () => JwtKeys.fromInsecureUri('http://a.test', ' '), 'invalid reason ` ` for fetching keys over plain HTTP: expected a sentence'],
  ])('%s is refused', (_, make, message) => {
    expect(make).toThrow(new Error(message));
  });
});

describe('key sets', () => {
  test.each<[string, object]>([
    ['RSA', jwk(rsa.publicKey, { alg: 'RS256', use: 'sig' })], ['EC', jwk(ec.publicKey)], ['Ed25519', jwk(ed.publicKey, { alg: 'EdDSA' })],
  ])('%s keys are written without blanks', (_, key) => {
    expect(JwtKeys.fromJwks(JSON.stringify({ keys: [key] }, null, 2))._render()).toStrictEqual({ jwks: set(key) });
  });

  test('keys that Envoy skips may stand beside one that it uses', () => {
    expect(JwtKeys.fromJwks(set(jwk(x.publicKey), jwk(rsa.publicKey)))._render().jwks).toContain('X25519');
  });

  const json = 'invalid key set: expected the JSON text of a JSON Web Key Set, `{"keys": [...]}`';
  const unusable = 'key set without a usable key: expected an RSA, EC or Ed25519 key for signatures, Envoy rejects its listener otherwise';
  const secret = 'contains its private part: publish the public part only, without `d`, `p`, `q`, `dp`, `dq`, `qi`, `oth`';
  test.each<[string, any, string]>([
    ['PEM', '-----BEGIN PUBLIC KEY-----', json],
    ['an object', { keys: [] }, json],
    ['null', 'null', json],
    ['a key alone', JSON.stringify(jwk(rsa.publicKey)), json],
    ['a private RSA key', set(jwk(rsa.privateKey, { kid: 'a' })), `key \`a\` of the key set ${secret}`],
    ['a private EC key behind a public one', set(jwk(rsa.publicKey), jwk(ec.privateKey)), `key \`1\` of the key set ${secret}`],
    ['a symmetric key', set({ kty: 'oct', k: 'c2VjcmV0' }),
      'key `0` of the key set is symmetric (`oct`): whoever reads the manifest could sign tokens, let the issuer sign with a key pair'],
    ['a text as key', set('a'), 'key `0` of the key set is no JSON Web Key: expected an object'],
    ['null as key', set(null), 'key `0` of the key set is no JSON Web Key: expected an object'],
    ['no keys', set(), unusable],
    ['an encryption key', set(jwk(rsa.publicKey, { use: 'enc' })), unusable],
    ['an unknown algorithm', set(jwk(rsa.publicKey, { alg: 'HS256' })), unusable],
    ['a short RSA key', set(jwk(short.publicKey)), unusable],
    ['another curve', set(jwk(koblitz.publicKey)), unusable],
    ['a key for key agreement', set(jwk(x.publicKey)), unusable],
    ['another key type', set({ kty: 'AKP' }), unusable],
    ['an empty modulus', set({ kty: 'RSA', n: '', e: 'AQAB' }), unusable],
    ['a point that is not on its curve', set({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }), unusable],
  ])('%s is refused', (_, text, message) => {
    expect(() => JwtKeys.fromJwks(text)).toThrow(new Error(message));
  });

  test('no message repeats a private key', () => {
    const text = JSON.stringify(jwk(rsa.privateKey));
    const privateText = (jwk(rsa.privateKey) as any).d.slice(0, 20);
    for (const given of [text, set(jwk(rsa.privateKey)), text.slice(1)]) {
      expect(() => JwtKeys.fromJwks(given)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(privateText) }));
    }
  });
});
