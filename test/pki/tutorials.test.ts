import { handshake, HOST, Side } from './support/handshake';
import { describeWithOpenSsl, OpenSsl } from './support/openssl';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { SpiffeId } from '../../src/model/spiffe-id';
import { CertificateAuthority, CertificateSigningRequest, CertificateUsage, KeyAlgorithm, Validity } from '../../src/pki';

// The recipes of the tutorials, typed anew; RSA of 2048 bits where they take 4096, which would only be slower.

const { SERVER, CLIENT } = CertificateUsage;
const accepted = { client: 'ok', server: 'ok' };

describeWithOpenSsl('certificates of the tutorials and ours are interchangeable:', () => {
  let openssl: OpenSsl;

  beforeAll(() => {
    openssl = new OpenSsl();
  });

  afterAll(() => {
    openssl.remove();
  });

  const verify = (purpose: string, anchors: string, leaf: string, untrusted = leaf) => openssl.run(
    'verify', '-purpose', purpose, '-CAfile', openssl.write('anchors.pem', anchors), '-untrusted', openssl.write('untrusted.pem', untrusted), openssl.write('leaf.pem', leaf),
  );
  const ok = expect.stringMatching(/leaf\.pem: OK\n$/) as unknown as string;
  const conf = (name: string, ...lines: string[]) => openssl.write(name, `${lines.join('\n')}\n`);
  /** A server of ours and a client of theirs, or the other way round. */
  const meet = async (server: Side, client: Side) => expect(await handshake(server, client)).toEqual(accepted);

  test('a self-signed client root and a client certificate by common name and organisation', async () => {
    openssl.run('req', '-x509', '-sha256', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'client-root-ca.key', '-out', 'client-root-ca.crt', '-days', '365',
      '-subj', '/O=Example/CN=Client Root CA', '-config', conf('plain.cnf', '[req]', 'distinguished_name=dn', 'x509_extensions=v3', '[dn]', '[v3]',
        'subjectKeyIdentifier=hash', 'basicConstraints=critical,CA:TRUE'));
    openssl.run('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'client.key', '-out', 'client.csr', '-subj', '/CN=client/O=Example', '-config', 'plain.cnf');
    openssl.run('x509', '-req', '-in', 'client.csr', '-CA', 'client-root-ca.crt', '-CAkey', 'client-root-ca.key', '-CAcreateserial', '-days', '365', '-sha256', '-out', 'client.crt');

    // Their CA, our certificates.
    const theirs = CertificateAuthority.fromPem({ certificatePem: openssl.read('client-root-ca.crt'), privateKeyPem: openssl.read('client-root-ca.key') });
    const subject = DistinguishedName.fromOpenSsl('/CN=client/O=Example');
    const client = await theirs.issueClientCertificate({ subject, keyAlgorithm: KeyAlgorithm.RSA_2048 });
    expect(verify('sslclient', theirs.certificatePem, client.certificatePem)).toEqual(ok);
    // The value of the policy of the tutorial, for both.
    expect(client.chain.subject.envoySubject).toBe('O=Example,CN=client');
    expect(DistinguishedName.fromCertificate(openssl.read('client.crt')).toDer()).toBe(subject.toDer());
    // Our CA, their request.
    const ours = await CertificateAuthority.root({ subject: DistinguishedName.fromOpenSsl('/CN=Client Root CA') }).create();
    const granted = await ours.signRequest({ request: CertificateSigningRequest.fromPem(openssl.read('client.csr')), usages: [CLIENT] });
    expect(verify('sslclient', ours.certificatePem, granted.certificatePem)).toEqual(ok);
    // Their certificate is renewed by us and revoked by us.
    const renewed = await theirs.renewCertificate({ certificatePem: openssl.read('client.crt'), usages: [CLIENT], privateKeyPem: openssl.read('client.key') });
    expect(renewed.chain.subject.toDer()).toBe(subject.toDer());
    theirs.revoke({ certificatePem: openssl.read('client.crt') });
    openssl.write('client-root-ca.crl', (await theirs.issueRevocationList()).pem);
    expect(openssl.try('verify', '-crl_check', '-CRLfile', 'client-root-ca.crl', '-CAfile', 'client-root-ca.crt', 'client.crt').output).toContain('certificate revoked');

    const server = await ours.issueServerCertificate({ dnsNames: [HOST] });
    const gateway = { chain: server.chainPem, key: server.revealPrivateKeyPem(), anchors: [theirs.certificatePem, ours.certificatePem] };
    const anchors = [ours.certificatePem];
    await meet(gateway, { chain: openssl.read('client.crt'), key: openssl.read('client.key'), anchors });
    await meet(gateway, { chain: client.chainPem, key: client.revealPrivateKeyPem(), anchors });
    await meet(gateway, { chain: granted.chainPem, key: openssl.read('client.key'), anchors });
    await meet(gateway, { chain: renewed.chainPem, key: renewed.revealPrivateKeyPem(), anchors });
  }, 30_000);

  test('root, intermediate, application and client, all of one name', async () => {
    const subject = `/C=US/ST=Denial/L=Springfield/O=Dis/CN=${HOST}`;
    const cnf = (dir: string, file: string) => conf(`${dir}.cnf`,
      '[ca]', 'default_ca=dflt', '[dflt]', 'new_certs_dir=.', `database=${dir}.txt`, `serial=${dir}.serial`, `certificate=${file}.cert.pem`, `private_key=${file}.key.pem`,
      'default_md=sha256', 'policy=loose', 'unique_subject=no', 'email_in_dn=no', '[loose]',
      ...['countryName', 'stateOrProvinceName', 'localityName', 'organizationName'].map((attribute) => `${attribute}=optional`), 'commonName=supplied',
      '[req]', 'distinguished_name=dn', 'string_mask=utf8only', 'x509_extensions=v3_ca', '[dn]',
      '[v3_ca]', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid:always,issuer', 'basicConstraints=critical,CA:true', 'keyUsage=critical,digitalSignature,cRLSign,keyCertSign',
      '[v3_intermediate_ca]', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid:always,issuer', 'basicConstraints=critical,CA:true,pathlen:0',
      'keyUsage=critical,digitalSignature,cRLSign,keyCertSign',
      '[usr_cert]', 'basicConstraints=CA:FALSE', 'nsCertType=client,email', 'nsComment="client"', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid,issuer',
      'keyUsage=critical,nonRepudiation,digitalSignature,keyEncipherment', 'extendedKeyUsage=clientAuth,emailProtection',
      '[server_cert]', 'basicConstraints=CA:FALSE', 'nsCertType=server', 'nsComment="server"', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid,issuer:always',
      'keyUsage=critical,digitalSignature,keyEncipherment', 'extendedKeyUsage=serverAuth');
    for (const [dir, file] of [['1_root', 'ca'], ['2_intermediate', 'intermediate']]) {
      cnf(dir, file);
      openssl.write(`${dir}.txt`, '');
      openssl.write(`${dir}.serial`, '100212\n');
    }
    const keyAndRequest = (file: string, config: string) => {
      openssl.run('genrsa', '-out', `${file}.key.pem`, '2048');
      openssl.run('req', '-config', config, '-subj', subject, '-key', `${file}.key.pem`, '-new', '-sha256', '-out', `${file}.csr.pem`);
    };
    const sign = (config: string, extensions: string, days: string, file: string) => openssl.run(
      'ca', '-batch', '-config', config, '-extensions', extensions, '-days', days, '-notext', '-md', 'sha256', '-in', `${file}.csr.pem`, '-out', `${file}.cert.pem`,
    );
    openssl.run('genrsa', '-out', 'ca.key.pem', '2048');
    openssl.run('req', '-config', '1_root.cnf', '-key', 'ca.key.pem', '-new', '-x509', '-days', '7300', '-sha256', '-extensions', 'v3_ca', '-subj', subject, '-out', 'ca.cert.pem');
    keyAndRequest('intermediate', '1_root.cnf');
    sign('1_root.cnf', 'v3_intermediate_ca', '3650', 'intermediate');
    const chain = openssl.read('intermediate.cert.pem') + openssl.read('ca.cert.pem');
    for (const [file, extensions] of [['application', 'server_cert'], ['client', 'usr_cert']]) {
      keyAndRequest(file, '2_intermediate.cnf');
      sign('2_intermediate.cnf', extensions, '375', file);
    }

    // Their intermediate signs for us; the path length that its root does not have is its own.
    const theirs = CertificateAuthority.fromPem({ certificatePem: chain, privateKeyPem: openssl.read('intermediate.key.pem') });
    expect([theirs.remainingPathLength, theirs.bundlePem]).toEqual([0, chain]);
    const server = await theirs.issueServerCertificate({ dnsNames: [HOST], keyAlgorithm: KeyAlgorithm.RSA_2048 });
    expect(verify('sslserver', openssl.read('ca.cert.pem'), server.certificatePem, theirs.certificatePem)).toEqual(ok);
    // The application's certificate has no alternative name, so that no client of today takes it: renewed, it would be refused; its request gets one.
    await expect(theirs.renewCertificate({ certificatePem: openssl.read('application.cert.pem') })).rejects.toThrow('has no DNS name and no IP address');
    const request = CertificateSigningRequest.fromPem(openssl.read('application.csr.pem'));
    const application = await theirs.signRequest({ request, usages: [SERVER], dnsNames: [HOST] });
    const client = await theirs.renewCertificate({ certificatePem: openssl.read('client.cert.pem'), privateKeyPem: openssl.read('client.key.pem') });
    expect(client.chain.extendedKeyUsages).toEqual(['clientAuth']);
    expect(client.chain.subject.toDer()).toBe(DistinguishedName.fromOpenSsl(subject).toDer());

    // Our chain, their requests.
    const root = await CertificateAuthority.root({ subject: DistinguishedName.fromOpenSsl(subject) }).create();
    const intermediate = await root.createIntermediate({ subject: DistinguishedName.fromOpenSsl(subject) });
    const granted = await intermediate.signRequest({ request: CertificateSigningRequest.fromPem(openssl.read('client.csr.pem')), usages: [CLIENT] });
    expect(verify('sslclient', root.certificatePem, granted.certificatePem, intermediate.certificatePem)).toEqual(ok);

    const anchors = [openssl.read('ca.cert.pem')];
    const intermediatePem = openssl.read('intermediate.cert.pem');
    const servers = [
      { chain: server.chainPem, key: server.revealPrivateKeyPem(), anchors: [...anchors, root.certificatePem] },
      { chain: application.chainPem, key: openssl.read('application.key.pem'), anchors: [...anchors, root.certificatePem] },
    ];
    const clients = [
      { chain: openssl.read('client.cert.pem') + intermediatePem, key: openssl.read('client.key.pem'), anchors },
      { chain: client.chainPem, key: client.revealPrivateKeyPem(), anchors },
      { chain: granted.chainPem, key: openssl.read('client.key.pem'), anchors },
    ];
    for (const [index, one] of clients.entries()) {
      await meet(servers[index % servers.length], one);
    }
  }, 30_000);

  test('three configuration files, with a SPIFFE ID for the client', async () => {
    conf('ca.cnf',
      '[ca]', 'default_ca=CA_default', '[CA_default]', 'default_days=1000', 'default_md=sha256', 'preserve=no', 'x509_extensions=ca_extensions', 'email_in_dn=no',
      'copy_extensions=copy', 'base_dir=.', 'certificate=cacert.pem', 'private_key=cakey.pem', 'new_certs_dir=.', 'database=index.txt', 'serial=serial.txt', 'unique_subject=no',
      '[req]', 'prompt=no', 'default_keyfile=cakey.pem', 'distinguished_name=ca_distinguished_name', 'x509_extensions=ca_extensions', 'string_mask=utf8only',
      '[ca_distinguished_name]', 'countryName=CN', 'stateOrProvinceName=bj', 'localityName=bj', 'organizationName=test', 'organizationalUnitName=test', 'commonName=test-ca',
      'emailAddress=test@example.com',
      '[ca_extensions]', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid:always,issuer', 'basicConstraints=critical,CA:true', 'keyUsage=keyCertSign,cRLSign',
      '[signing_policy]', ...['countryName', 'stateOrProvinceName', 'localityName', 'organizationName', 'organizationalUnitName'].map((attribute) => `${attribute}=optional`),
      'commonName=supplied', 'emailAddress=optional',
      '[signing_req]', 'subjectKeyIdentifier=hash', 'authorityKeyIdentifier=keyid,issuer', 'basicConstraints=CA:FALSE', 'keyUsage=digitalSignature,keyEncipherment');
    const leaf = (file: string, key: string, organization: string, commonName: string, alternative: string) => conf(file,
      '[req]', 'prompt=no', 'default_bits=2048', `default_keyfile=${key}`, 'distinguished_name=dn', 'req_extensions=server_req_extensions', 'string_mask=utf8only',
      '[dn]', 'countryName=CN', 'stateOrProvinceName=bj', 'localityName=bj', `organizationName=${organization}`, `commonName=${commonName}`, `emailAddress=${commonName}@example.com`,
      '[server_req_extensions]', 'subjectKeyIdentifier=hash', 'basicConstraints=CA:FALSE', 'keyUsage=digitalSignature,keyEncipherment', 'subjectAltName=@alternate_names',
      'nsComment="OpenSSL Generated Certificate"', '[alternate_names]', alternative);
    leaf('server.cnf', 'serverkey.pem', 'test', 'test.com', `DNS.1=${HOST}`);
    leaf('client.cnf', 'client.key.pem', 'test.client', 'test.client', 'URI.1=spiffe://test.client');
    openssl.run('req', '-x509', '-config', 'ca.cnf', '-newkey', 'rsa:2048', '-sha256', '-nodes', '-out', 'cacert.pem', '-outform', 'PEM');
    openssl.write('index.txt', '');
    openssl.write('serial.txt', '01\n');
    for (const who of ['server', 'client']) {
      openssl.run('req', '-config', `${who}.cnf`, '-newkey', 'rsa:2048', '-sha256', '-nodes', '-out', `${who}.csr`, '-outform', 'PEM');
      openssl.run('ca', '-batch', '-config', 'ca.cnf', '-policy', 'signing_policy', '-extensions', 'signing_req', '-out', `${who}cert.pem`, '-infiles', `${who}.csr`);
    }
    // `openssl ca` writes the certificate as text in front of the PEM.
    const theirServer = openssl.run('x509', '-in', 'servercert.pem');
    const theirClient = openssl.run('x509', '-in', 'clientcert.pem');

    // Their CA, our certificates; their requests ask for a comment, which is left out.
    const theirs = CertificateAuthority.fromPem({ certificatePem: openssl.read('cacert.pem'), privateKeyPem: openssl.read('cakey.pem') });
    // Without -days, OpenSSL makes a CA of 30 days.
    await expect(theirs.issueServerCertificate({ dnsNames: [HOST] })).rejects.toThrow('give a `validity` of at most 30 days, or renew the CA first');
    const validity = Validity.days(20);
    const server = await theirs.issueServerCertificate({ dnsNames: [HOST], validity });
    const client = await theirs.issueClientCertificate({ spiffeId: SpiffeId.parse('spiffe://test.client'), validity });
    expect(verify('sslserver', theirs.certificatePem, server.certificatePem)).toEqual(ok);
    expect(verify('sslclient', theirs.certificatePem, client.certificatePem)).toEqual(ok);
    // Our CA, their requests.
    const ours = await CertificateAuthority.root({ subject: DistinguishedName.fromOpenSsl('/C=CN/O=test/CN=test-ca') }).create();
    const grantedServer = await ours.signRequest({ request: CertificateSigningRequest.fromPem(openssl.read('server.csr')), usages: [SERVER] });
    const grantedClient = await ours.signRequest({ request: CertificateSigningRequest.fromPem(openssl.read('client.csr')), usages: [CLIENT] });
    expect(verify('sslserver', ours.certificatePem, grantedServer.certificatePem)).toEqual(ok);
    expect(grantedServer.chain.dnsNames).toEqual([HOST]);
    expect(grantedClient.chain.uris).toEqual(['spiffe://test.client']);
    expect(openssl.run('x509', '-in', openssl.write('granted.pem', grantedClient.certificatePem), '-noout', '-text')).not.toContain('Comment');
    // Theirs, renewed by us, keep the SPIFFE ID.
    const renewed = await theirs.renewCertificate({ certificatePem: theirClient, usages: [CLIENT], newKey: true, validity });
    expect(renewed.chain.uris).toEqual(['spiffe://test.client']);
    expect(renewed.chain.subject.envoySubject).toBe('CN=test.client,O=test.client,L=bj,ST=bj,C=CN');

    const anchors = [theirs.certificatePem, ours.certificatePem];
    const servers = [
      { chain: theirServer, key: openssl.read('serverkey.pem'), anchors },
      { chain: server.chainPem, key: server.revealPrivateKeyPem(), anchors },
      { chain: grantedServer.chainPem, key: openssl.read('serverkey.pem'), anchors },
    ];
    const clients = [
      { chain: theirClient, key: openssl.read('client.key.pem'), anchors },
      { chain: client.chainPem, key: client.revealPrivateKeyPem(), anchors },
      { chain: grantedClient.chainPem, key: openssl.read('client.key.pem'), anchors },
      { chain: renewed.chainPem, key: renewed.revealPrivateKeyPem(), anchors },
    ];
    for (const one of servers) {
      for (const other of clients) {
        await meet(one, other);
      }
    }
  }, 30_000);
});
