import { name } from './support/authorities';
import { describeWithOpenSsl, OpenSsl } from './support/openssl';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, CertificateSigningRequest, CertificateUsage, IssuedCertificate, KeyAlgorithm, RevocationReason } from '../../src/pki';

describeWithOpenSsl('OpenSSL, as the judge of our certificates,', () => {
  let openssl: OpenSsl;

  beforeAll(() => {
    openssl = new OpenSsl();
  });

  afterAll(() => {
    openssl.remove();
  });

  /** A root and as many intermediates as the depth says, the issuing CA last. */
  async function authorities(keyAlgorithm: KeyAlgorithm, depth: number): Promise<CertificateAuthority[]> {
    const all = [await CertificateAuthority.root({ subject: name('/O=Example/CN=Root'), keyAlgorithm, pathLength: depth }).create()];
    for (let level = 1; level <= depth; level += 1) {
      all.push(await all[level - 1].createIntermediate({ subject: name(`/O=Example/CN=Level ${level}`), keyAlgorithm, pathLength: depth - level }));
    }
    return all;
  }

  interface Kind {
    readonly purposes: string[];
    issue(ca: CertificateAuthority, keyAlgorithm: KeyAlgorithm): Promise<IssuedCertificate>;
  }

  const kinds: Record<string, Kind> = {
    'server': {
      purposes: ['sslserver'],
      issue: (ca, keyAlgorithm) => ca.issueServerCertificate({ dnsNames: ['api.example.com', '*.b.example'], ipAddresses: ['2001:db8::1'], keyAlgorithm }),
    },
    'client': {
      purposes: ['sslclient'],
      issue: (ca) => ca.issueClientCertificate({ subject: name('/C=DE/O=Example/CN=client'), emailAddresses: ['a@b.example'] }),
    },
    'client-without-subject': {
      purposes: ['sslclient'],
      issue: (ca) => ca.issueClientCertificate({ spiffeId: SpiffeId.parse('spiffe://test.client') }),
    },
    'server-and-client': {
      purposes: ['sslserver', 'sslclient'],
      issue: (ca) => ca.issueServerCertificate({ dnsNames: ['api.example.com'], alsoClient: true }),
    },
  };
  const matrix = [KeyAlgorithm.EC_P256, KeyAlgorithm.EC_P384, KeyAlgorithm.RSA_2048]
    .flatMap((key) => [0, 1, 2].map((depth) => [key, depth] as const));
  const chains = new Map<KeyAlgorithm, CertificateAuthority[]>();

  test.each(matrix)('accepts every kind of certificate for its purposes only, with and without revocation lists: %s at depth %i', async (key, depth) => {
    const deepest = chains.get(key) ?? await authorities(key, 2);
    chains.set(key, deepest);
    const all = deepest.slice(0, depth + 1);
    const issued = await Promise.all(Object.entries(kinds).map(async ([kind, { issue }]) => [kind, await issue(all[depth], key)] as const));
    const leaves = issued.map(([kind, { certificatePem }]) => openssl.write(`${kind}.pem`, certificatePem));
    const root = openssl.write('root.pem', all[0].certificatePem);
    const above = openssl.write('above.pem', issued[0][1].chainPem);
    const lists = (await Promise.all(all.map((ca) => ca.issueRevocationList()))).map(({ pem }) => pem);
    const everyList = ['-CRLfile', openssl.write('every.pem', lists.join(''))];
    // The list of the CA that issued the certificates is missing.
    const fewer = depth === 0 ? [] : ['-CRLfile', openssl.write('fewer.pem', lists.slice(0, -1).join(''))];
    const accepted = (purpose: string, ...more: string[]) => {
      const { output } = openssl.try('verify', '-x509_strict', '-purpose', purpose, '-CAfile', root, '-untrusted', above, ...more, ...leaves);
      return Object.keys(kinds).filter((kind) => output.includes(`/${kind}.pem: OK\n`));
    };
    for (const purpose of ['sslserver', 'sslclient']) {
      const expected = Object.entries(kinds).filter(([, { purposes }]) => purposes.includes(purpose)).map(([kind]) => kind);
      expect(accepted(purpose)).toEqual(expected);
      expect(accepted(purpose, '-crl_check_all', ...everyList)).toEqual(expected);
      expect(accepted(purpose, '-crl_check_all', ...fewer)).toEqual([]);
    }
  }, 20_000);

  test('accepts RSA of 3072 and 4096 bits', async () => {
    const ca = await CertificateAuthority.root({ subject: name('/CN=Big'), keyAlgorithm: KeyAlgorithm.RSA_4096 }).create();
    const issued = await ca.issueServerCertificate({ dnsNames: ['a.example'], keyAlgorithm: KeyAlgorithm.RSA_3072 });
    openssl.write('big.pem', ca.certificatePem);
    openssl.write('leaf.pem', issued.certificatePem);
    expect(openssl.run('verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'big.pem', 'leaf.pem')).toBe('leaf.pem: OK\n');
    expect(openssl.run('x509', '-in', 'big.pem', '-noout', '-text')).toContain('Public-Key: (4096 bit)');
    openssl.write('leaf.key', issued.revealPrivateKeyPem());
    expect(openssl.run('pkey', '-in', 'leaf.key', '-check', '-noout')).toContain('Key is valid');
  }, 30_000);

  test('shows a certificate as RFC 5280 wants it', async () => {
    const [root, intermediate] = await authorities(KeyAlgorithm.EC_P256, 1);
    const text = (pem: string) => openssl.run('x509', '-noout', '-text', '-certopt', 'no_sigdump,no_pubkey', '-in', openssl.write('shown.pem', pem));
    const keyId = (pem: string) => /Subject Key Identifier: \n *(\S+)/.exec(text(pem))![1];
    const issued = await intermediate.issueServerCertificate({ dnsNames: ['api.example.com'], keyAlgorithm: KeyAlgorithm.RSA_2048 });
    const shown = text(issued.certificatePem);
    expect(shown).toContain('Version: 3 (0x2)');
    expect(shown).toContain('Subject: CN = api.example.com\n');
    expect(shown).toMatch(/Basic Constraints: critical\n *CA:FALSE\n/);
    expect(shown).toMatch(/Key Usage: critical\n *Digital Signature, Key Encipherment\n/);
    expect(shown).toMatch(/Extended Key Usage: \n *TLS Web Server Authentication\n/);
    expect(shown).toMatch(/Subject Alternative Name: \n *DNS:api.example.com\n/);
    expect(shown).toMatch(new RegExp(`Authority Key Identifier: \\n *${keyId(intermediate.certificatePem)}\\n`));
    expect(text(root.certificatePem)).toMatch(/Basic Constraints: critical\n *CA:TRUE, pathlen:1\n/);
    expect(text(intermediate.certificatePem)).toMatch(/Key Usage: critical\n *Certificate Sign, CRL Sign\n/);
    expect(text(intermediate.certificatePem)).toMatch(new RegExp(`Authority Key Identifier: \\n *${keyId(root.certificatePem)}\\n`));
    // The key identifier is the one that OpenSSL itself would write.
    openssl.write('own.key', intermediate.revealPrivateKeyPem());
    openssl.run('req', '-new', '-x509', '-key', 'own.key', '-subj', '/CN=x', '-out', 'own.pem', '-config', openssl.write('own.cnf', ['[req]', 'distinguished_name=dn', 'x509_extensions=v3',
      '[dn]', '[v3]', 'subjectKeyIdentifier=hash', ''].join('\n')));
    expect(openssl.run('x509', '-in', 'own.pem', '-noout', '-ext', 'subjectKeyIdentifier')).toContain(keyId(intermediate.certificatePem));
  });

  test('refuses what is revoked, and says which', async () => {
    const [root, intermediate] = await authorities(KeyAlgorithm.EC_P256, 1);
    const [good, bad] = [await intermediate.issueClientCertificate({ subject: name('/CN=good') }), await intermediate.issueClientCertificate({ subject: name('/CN=bad') })];
    intermediate.revoke({ certificatePem: bad.certificatePem, reason: RevocationReason.KEY_COMPROMISE });
    const own = await intermediate.issueRevocationList();
    openssl.write('root.pem', root.certificatePem);
    const verify = ({ chainPem }: IssuedCertificate) => openssl.try(
      'verify', '-crl_check_all', '-CRLfile', 'crls.pem', '-CAfile', 'root.pem', '-untrusted', openssl.write('chain.pem', chainPem), 'chain.pem',
    ).output;
    openssl.write('crls.pem', own.pem + (await root.issueRevocationList()).pem);
    expect(verify(good)).toBe('chain.pem: OK\n');
    expect(verify(bad)).toContain('error 23 at 0 depth lookup: certificate revoked');
    root.revoke({ certificatePem: intermediate.certificatePem });
    openssl.write('crls.pem', own.pem + (await root.issueRevocationList()).pem);
    expect(verify(good)).toContain('error 23 at 1 depth lookup: certificate revoked');
  });

  test('shows a revocation list as RFC 5280 wants it', async () => {
    const [root] = await authorities(KeyAlgorithm.RSA_2048, 0);
    root.revoke({ serialNumber: '00ff12', reason: RevocationReason.SUPERSEDED, revokedAt: '2026-01-02T03:04:05Z' });
    root.revoke({ serialNumber: '01' });
    openssl.write('root.pem', root.certificatePem);
    openssl.write('list.pem', (await root.issueRevocationList({ crlNumber: 4242 })).pem);
    const shown = openssl.run('crl', '-in', 'list.pem', '-noout', '-text', '-CAfile', 'root.pem');
    expect(shown).toContain('verify OK');
    expect(shown).toContain('Version 2 (0x1)');
    expect(shown).toContain('Issuer: O = Example, CN = Root');
    expect(shown).toMatch(/X509v3 CRL Number: \n *4242\n/);
    expect(shown).toMatch(/Serial Number: FF12\n *Revocation Date: Jan {2}2 03:04:05 2026 GMT\n *CRL entry extensions:\n *X509v3 CRL Reason Code: \n *Superseded\n/);
    expect(shown).toMatch(/Serial Number: 01\n *Revocation Date: [^\n]*\n *Signature Algorithm: sha256WithRSAEncryption/);
    openssl.write('empty.pem', (await (await authorities(KeyAlgorithm.EC_P384, 0))[0].issueRevocationList()).pem);
    expect(openssl.run('crl', '-in', 'empty.pem', '-noout', '-text')).toContain('No Revoked Certificates.');
  });

  test('makes requests that we sign, with its usual commands, and accepts the result', async () => {
    const [root] = await authorities(KeyAlgorithm.EC_P256, 0);
    openssl.write('root.pem', root.certificatePem);
    const config = openssl.write('plain.cnf', '[req]\ndistinguished_name=dn\n[dn]\n');
    const commands: string[][] = [
      ['-newkey', 'rsa:2048', '-sha256'],
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-sha384', '-newhdr'],
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1', '-addext', 'extendedKeyUsage=serverAuth', '-addext', 'keyUsage=critical,digitalSignature'],
    ];
    for (const command of commands) {
      openssl.run('req', '-new', '-config', config, '-nodes', '-keyout', 'asked.key', '-out', 'asked.csr', '-subj', '/O=Example/CN=a.example', '-addext',
        'subjectAltName=DNS:a.example,IP:192.0.2.1', ...command);
      const request = CertificateSigningRequest.fromPem(openssl.read('asked.csr'));
      const issued = await root.signRequest({ request, usages: [CertificateUsage.SERVER] });
      openssl.write('granted.pem', issued.certificatePem);
      expect(openssl.run('verify', '-purpose', 'sslserver', '-verify_hostname', 'a.example', '-CAfile', 'root.pem', 'granted.pem')).toBe('granted.pem: OK\n');
      expect(issued.chain.matchesPrivateKey(openssl.read('asked.key'))).toBe(true);
      expect(openssl.run('x509', '-in', 'granted.pem', '-noout', '-subject', '-nameopt', 'RFC2253')).toBe(`subject=${request.subject.envoySubject}\n`);
    }
  });

  test('makes requests that we refuse', () => {
    const config = openssl.write('plain.cnf', '[req]\ndistinguished_name=dn\n[dn]\n');
    const refused = (message: string, ...command: string[]) => {
      openssl.run('req', '-new', '-config', config, '-nodes', '-keyout', 'refused.key', '-out', 'refused.csr', '-subj', '/CN=a.example', ...command);
      expect(() => CertificateSigningRequest.fromPem(openssl.read('refused.csr'))).toThrow(message);
    };
    refused('the key of the signing request is weak: RSA of 1024 bits', '-newkey', 'rsa:1024');
    refused('signing request is signed with SHA-1', '-newkey', 'rsa:2048', '-sha1');
    refused('signed with algorithm 1.2.840.113549.1.1.10', '-newkey', 'rsa:2048', '-sigopt', 'rsa_padding_mode:pss');
    refused('asks for the certificate of a CA', '-newkey', 'rsa:2048', '-addext', 'basicConstraints=critical,CA:TRUE');
    refused('is on the curve secp256k1', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1');
    refused('has the critical extension 1.2.3.4', '-newkey', 'rsa:2048', '-addext', '1.2.3.4=critical,ASN1:NULL');
  });
});
