/* eslint-disable @stylistic/max-len -- tables of choices, one a line */
import 'reflect-metadata';
import { createSign, generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const GATEWAY_IDENTITY = 'spiffe://cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';

/** A certificate with its key, as a client or a Secret holds it. */
export interface Material {
  readonly certificate: string;
  readonly key: string;
}

/** What is known by name in generated configurations: `${…}` in manifests stands for it. Keys are made anew in each run and never written down. */
export interface Materials {
  readonly texts: ReadonlyMap<string, string>;
  readonly clients: ReadonlyMap<string, Material>;
}

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
// eslint-disable-next-line no-bitwise
const CA_USAGES = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

interface Entity extends Material {
  readonly parsed: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Names {
  /** In the order of the encoded name. */
  readonly subject?: string;
  readonly uris?: string[];
  readonly dns?: string[];
  readonly purposes?: string[];
  readonly authority?: boolean;
  readonly expired?: boolean;
}

async function issue(issuer: Entity | undefined, { subject = '', uris = [], dns = [], purposes = [CLIENT_AUTH], authority, expired }: Names): Promise<Entity> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']) as webcrypto.CryptoKeyPair;
  const names: x509.JsonGeneralNames = [...uris.map((value) => ({ type: 'url' as const, value })), ...dns.map((value) => ({ type: 'dns' as const, value }))];
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.parsed.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: EC,
    notBefore: new Date(Date.now() - (expired ? 2 : 1) * 86400000),
    notAfter: new Date(Date.now() + (expired ? -1 : 300) * 86400000),
    extensions: authority
      ? [new x509.BasicConstraintsExtension(true, undefined, true), new x509.KeyUsagesExtension(CA_USAGES, true)]
      : [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ...(purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(purposes)]),
        ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names, subject === '')]),
      ],
  }, webcrypto as never);
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64').replace(/.{64}/g, '$&\n');
  return { parsed: made, keys, certificate: `${made.toString('pem')}\n`, key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n` };
}

/** Makes certificates, keys and tokens. */
export async function makeMaterials(): Promise<Materials> {
  const [server, client, other] = await Promise.all(['CN=server-ca', 'CN=client-ca, O=org', 'CN=other-ca'].map(async (subject) => issue(undefined, { subject, authority: true })));
  const intermediate = await issue(client, { subject: 'CN=client-intermediate', authority: true });
  const clients = new Map<string, Material>();
  for (const [key, issuer, names] of [
    ['alice', client, { subject: 'CN=alice, O=org' }],
    ['alice-reversed', client, { subject: 'O=org, CN=alice' }],
    ['bob', client, { subject: 'C=DE, O=org\\, with comma, CN=bob' }],
    ['spiffe', client, { subject: 'CN=alice, O=org', uris: ['spiffe://test.client'] }],
    ['spiffe-only', client, { uris: ['spiffe://test.client'] }],
    ['spiffe-other', client, { subject: 'CN=mallory', uris: ['spiffe://other.client/ns/demo/sa/caller'] }],
    ['two-uris', client, { subject: 'CN=two', uris: ['spiffe://test.client', 'spiffe://denied.client'] }],
    ['dns', client, { subject: 'CN=dns', dns: ['client.test'] }],
    ['impersonator', client, { subject: 'CN=impersonator', uris: [GATEWAY_IDENTITY] }],
    ['no-purpose', client, { subject: 'CN=alice, O=org', purposes: [] }],
    ['server-only', client, { subject: 'CN=alice, O=org', purposes: [SERVER_AUTH] }],
    ['expired', client, { subject: 'CN=alice, O=org', expired: true }],
    ['revoked', client, { subject: 'CN=revoked, O=org' }],
    ['chain', intermediate, { subject: 'CN=alice, O=org' }],
    ['short-chain', intermediate, { subject: 'CN=alice, O=org' }],
    ['stranger', other, { subject: 'CN=alice, O=org', uris: ['spiffe://test.client'] }],
    ['self-signed', undefined, { subject: 'CN=alice, O=org' }],
  ] as [string, Entity | undefined, Names][]) {
    const made = await issue(issuer, names);
    clients.set(key, { certificate: made.certificate + (key === 'chain' ? intermediate.certificate : ''), key: made.key });
  }
  const revoked = new x509.X509Certificate(clients.get('revoked')!.certificate);
  const crl = await x509.X509CrlGenerator.create({
    issuer: client.parsed.subject,
    thisUpdate: new Date(Date.now() - 3600000),
    nextUpdate: new Date(Date.now() + 86400000 * 30),
    signingKey: client.keys.privateKey,
    signingAlgorithm: EC,
    entries: [{ serialNumber: revoked.serialNumber, revocationDate: new Date(Date.now() - 7200000), reason: x509.X509CrlReason.keyCompromise }],
  }, webcrypto as never);
  const texts = new Map<string, string>([
    ['client-ca', client.certificate],
    ['other-ca', other.certificate],
    ['server-ca', server.certificate],
    ['both-ca', client.certificate + other.certificate],
    ['client-crl', `${crl.toString('pem').replace(/(BEGIN|END) CRL/g, '$1 X509 CRL')}\n`],
  ]);
  for (const key of ['one', 'two']) {
    const made = await issue(server, { subject: `CN=${key}`, dns: ['a.test', '*.test'], purposes: [SERVER_AUTH] });
    texts.set(`server-${key}-crt`, made.certificate).set(`server-${key}-key`, made.key);
  }
  makeTokens(texts);
  return { texts, clients };
}

/** The names of the client certificates. */
export const CLIENT_NAMES = ['alice', 'alice-reversed', 'bob', 'spiffe', 'spiffe-only', 'spiffe-other', 'two-uris', 'dns', 'impersonator', 'no-purpose', 'server-only', 'expired', 'revoked', 'chain',
  'short-chain', 'stranger', 'self-signed'];

/** The issuers, and what their tokens may say. */
export const ISSUERS = ['https://one.test', 'two@issuer.test'];

const TOKENS: Record<string, { issuer: number; key?: number; claims?: object; lifetime?: number; plain?: string }> = {
  'one': { issuer: 0, claims: { sub: 'alice', aud: 'app', scope: 'read write', groups: ['admin', 'dev'], tenant: 'blue', nested: { role: 'owner' } } },
  'one-bob': { issuer: 0, claims: { sub: 'bob', aud: ['app', 'other'], groups: 'dev', tenant: 'green', azp: 'web' } },
  'one-no-sub': { issuer: 0, claims: { aud: 'app', level: 3, flag: true } },
  'one-no-aud': { issuer: 0, claims: { sub: 'alice', tenant: 'blue' } },
  'one-other-aud': { issuer: 0, claims: { sub: 'alice', aud: 'elsewhere' } },
  'one-slash': { issuer: 0, claims: { sub: 'a/b', aud: 'app' } },
  'one-expired': { issuer: 0, claims: { sub: 'alice', aud: 'app' }, lifetime: -600 },
  'one-future': { issuer: 0, claims: { sub: 'alice', aud: 'app', nbf: 9999999999 } },
  'one-forged': { issuer: 0, key: 1, claims: { sub: 'alice', aud: 'app' } },
  'two': { issuer: 1, claims: { sub: 'alice', aud: 'app', tenant: 'blue' } },
  'two-bob': { issuer: 1, claims: { sub: 'bob', groups: ['dev'] } },
  'unknown': { issuer: 2, key: 0, claims: { sub: 'alice', aud: 'app' } },
  'garbage': { issuer: 0, plain: 'not.a.token' },
};

/** The names of the tokens. */
export const TOKEN_NAMES = Object.keys(TOKENS);

function makeTokens(texts: Map<string, string>): void {
  const keys = [0, 1].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
  keys.forEach(({ publicKey }, index) => {
    texts.set(`jwks-${index}`, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: `key-${index}`, alg: 'RS256', use: 'sig' }] }));
  });

  for (const [key, { issuer, key: signer, claims, lifetime, plain }] of Object.entries(TOKENS)) {
    texts.set(`token-${key}`, plain ?? sign(keys[signer ?? issuer].privateKey, `key-${signer ?? issuer}`, {
      iss: ISSUERS[issuer] ?? 'https://unknown.test', exp: Math.floor(Date.now() / 1000) + (lifetime ?? 36000), ...claims,
    }));
  }

}

function sign(key: KeyObject, kid: string, claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', kid, typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key).toString('base64url')}`;
}

/** Puts materials where `${…}` stands for them. */
export function fill<T>(value: T, { texts }: Materials): T {
  if (typeof value === 'string') return value.replace(/\$\{([\w-]+)\}/g, (whole, key: string) => texts.get(key) ?? whole) as T;
  if (Array.isArray(value)) return value.map((item) => fill(item, { texts } as Materials)) as T;
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, { texts } as Materials)])) as T;
  return value;
}

/** Puts the names of tokens and of their payloads where a text holds one: they are made anew in each run, and their names are not. */
export function unfill(text: string, { texts }: Materials): string {
  const tokens = [...texts].filter(([name]) => name.startsWith('token-'));
  const whole = tokens.reduce((rest, [name, token]) => rest.replaceAll(token, `\${${name}}`), text);
  const signed = tokens.filter(([, token]) => token.startsWith('eyJ'));
  return signed.reduce((rest, [name, token]) => rest.replaceAll(token.split('.')[1], `\${${name}-payload}`), whole);
}
