import { Shape } from './schema';

const SELECTOR: Shape = { fields: { matchLabels: 'labels' } };
const TARGET: Shape = { fields: { group: 'text', kind: 'text', name: 'text', namespace: 'text' } };
const STRING_MATCH: Shape = { fields: { exact: 'text', prefix: 'text', regex: 'text' } };
const MATCHES: Shape = { map: STRING_MATCH };
const HEADER_CHANGES: Shape = { fields: { set: 'labels', add: 'labels', remove: 'texts' } };
const HEADERS: Shape = { fields: { request: HEADER_CHANGES, response: HEADER_CHANGES } };
const PORT: Shape = { fields: { number: 'integer' } };
const DESTINATION: Shape = { fields: { host: 'text', subset: 'text', port: PORT } };
const MTLS: Shape = { fields: { mode: { oneOf: ['UNSET', 'DISABLE', 'PERMISSIVE', 'STRICT'] } } };

const TLS_VERSIONS = ['TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'];

const TLS_SETTINGS: Shape = {
  fields: {
    httpsRedirect: 'boolean',
    mode: { oneOf: ['PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'] },
    serverCertificate: 'text',
    privateKey: 'text',
    caCertificates: 'text',
    caCrl: 'text',
    credentialName: 'text',
    credentialNames: 'texts',
    caCertCredentialName: 'text',
    tlsCertificates: { list: { fields: { serverCertificate: 'text', privateKey: 'text', caCertificates: 'text' } } },
    subjectAltNames: 'texts',
    verifyCertificateSpki: 'texts',
    verifyCertificateHash: 'texts',
    insecureSkipVerify: 'boolean',
    minProtocolVersion: { oneOf: TLS_VERSIONS },
    maxProtocolVersion: { oneOf: TLS_VERSIONS },
    cipherSuites: 'texts',
    ecdhCurves: 'texts',
  },
};

const SOURCE: Shape = {
  fields: Object.fromEntries(['principals', 'requestPrincipals', 'namespaces', 'ipBlocks', 'remoteIpBlocks', 'serviceAccounts', 'trustDomains']
    .flatMap((name): [string, Shape][] => [[name, 'texts'], [`not${name[0].toUpperCase()}${name.slice(1)}`, 'texts']])),
};
const OPERATION: Shape = {
  fields: Object.fromEntries(['hosts', 'ports', 'methods', 'paths'].flatMap((name): [string, Shape][] => [[name, 'texts'], [`not${name[0].toUpperCase()}${name.slice(1)}`, 'texts']])),
};

const HTTP_MATCH: Shape = {
  fields: {
    name: 'text',
    uri: STRING_MATCH,
    scheme: STRING_MATCH,
    method: STRING_MATCH,
    authority: STRING_MATCH,
    headers: MATCHES,
    withoutHeaders: MATCHES,
    queryParams: MATCHES,
    port: 'integer',
    sourceLabels: 'labels',
    gateways: 'texts',
    ignoreUriCase: 'boolean',
    sourceNamespace: 'text',
    statPrefix: 'text',
  },
};
const HTTP_ROUTE: Shape = {
  fields: {
    name: 'text',
    match: { list: HTTP_MATCH },
    route: { list: { fields: { destination: DESTINATION, weight: 'integer', headers: HEADERS } } },
    redirect: 'any',
    directResponse: { fields: { status: 'integer', body: 'any' } },
    delegate: { fields: { name: 'text', namespace: 'text' } },
    rewrite: { fields: { uri: 'text', authority: 'text', uriRegexRewrite: { fields: { match: 'text', rewrite: 'text' } } } },
    headers: HEADERS,
    timeout: 'any',
    retries: 'any',
    fault: 'any',
    mirror: 'any',
    mirrors: 'any',
    mirrorPercent: 'any',
    mirror_percent: 'any',
    mirrorPercentage: 'any',
    corsPolicy: 'any',
  },
};

const STREAM_MATCH = { destinationSubnets: 'texts', port: 'integer', sourceLabels: 'labels', gateways: 'texts', sourceNamespace: 'text' } as const;
const STREAM_ROUTES: Shape = { list: { fields: { destination: DESTINATION, weight: 'integer' } } };
const TCP_ROUTE: Shape = { fields: { match: { list: { fields: { ...STREAM_MATCH, sourceSubnet: 'text' } } }, route: STREAM_ROUTES } };
const TLS_ROUTE: Shape = { fields: { match: { list: { fields: { ...STREAM_MATCH, sniHosts: 'texts' } } }, route: STREAM_ROUTES } };

/** The specs of Istio's kinds that decide who gets in, by kind. */
export const ISTIO_SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['Gateway', {
    fields: {
      selector: 'labels',
      servers: {
        list: {
          fields: {
            name: 'text',
            bind: 'text',
            hosts: 'texts',
            defaultEndpoint: 'text',
            tls: TLS_SETTINGS,
            port: { fields: { number: 'integer', name: 'text', protocol: 'text', targetPort: 'integer' } },
          },
        },
      },
    },
  }],
  ['VirtualService', { fields: { hosts: 'texts', gateways: 'texts', exportTo: 'texts', http: { list: HTTP_ROUTE }, tls: { list: TLS_ROUTE }, tcp: { list: TCP_ROUTE } } }],
  ['AuthorizationPolicy', {
    fields: {
      selector: SELECTOR,
      targetRef: TARGET,
      targetRefs: { list: TARGET },
      action: { oneOf: ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'] },
      provider: { fields: { name: 'text' } },
      rules: {
        list: {
          fields: {
            from: { list: { fields: { source: SOURCE } } },
            to: { list: { fields: { operation: OPERATION } } },
            when: { list: { fields: { key: 'text', values: 'texts', notValues: 'texts' } } },
          },
        },
      },
    },
  }],
  ['RequestAuthentication', {
    fields: {
      selector: SELECTOR,
      targetRef: TARGET,
      targetRefs: { list: TARGET },
      jwtRules: {
        list: {
          fields: {
            issuer: 'text',
            audiences: 'texts',
            jwksUri: 'text',
            jwks_uri: 'text',
            jwks: 'text',
            fromHeaders: { list: { fields: { name: 'text', prefix: 'text' } } },
            fromParams: 'texts',
            fromCookies: 'texts',
            outputPayloadToHeader: 'text',
            forwardOriginalToken: 'boolean',
            outputClaimToHeaders: { list: { fields: { header: 'text', claim: 'text' } } },
            timeout: 'text',
            spaceDelimitedClaims: 'texts',
            presence: 'any',
          },
        },
      },
    },
  }],
  ['PeerAuthentication', { fields: { selector: SELECTOR, mtls: MTLS, portLevelMtls: { map: MTLS } } }],
]);
