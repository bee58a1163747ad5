import { authority, Authority, certificate, CLIENT_AUTH, keyPem, newKeys, Recipe, SERVER_AUTH } from '../../x509/certificate-builder';

/** A CA for clients, another that nobody trusts, and a server certificate: made once for the tests of one file. */
export interface TestPki {
  readonly clients: Authority;
  readonly strangers: Authority;
  readonly serverPem: string;
  readonly serverKey: string;
  readonly otherKey: string;
  client(recipe?: Recipe): string;
  stranger(recipe?: Recipe): string;
}

export function testPki(): TestPki {
  const clients = authority({ subject: '/CN=client ca' });
  const strangers = authority({ subject: '/CN=other ca' });
  const keys = newKeys();
  return {
    clients,
    strangers,
    serverPem: certificate({ subject: '/CN=server', keys, purposes: [SERVER_AUTH], dns: ['test.com'] }),
    serverKey: keyPem(keys),
    otherKey: keyPem(newKeys()),
    client: (recipe = {}) => certificate({ subject: '/CN=client/O=Example', purposes: [CLIENT_AUTH], issuer: clients, ...recipe }),
    stranger: (recipe = {}) => certificate({ subject: '/CN=client/O=Example', purposes: [CLIENT_AUTH], issuer: strangers, ...recipe }),
  };
}

/** A Secret manifest with text values. */
export function secret(name: string, values: { [key: string]: string }, namespace = 'istio-system') {
  const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
}
