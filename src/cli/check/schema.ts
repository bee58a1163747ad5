import { Outcome } from '../../authz';

/** The part of JSON Schema (2020-12) that the file of requests is described with. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema };
  readonly title?: string;
  readonly description?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  /** At most one of each type, so that the type tells which is meant; several strings are one. */
  readonly anyOf?: readonly Schema[];
}

const text = (description: string): Schema => ({ type: 'string', description });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const texts = (description: string): Schema => ({ type: 'array', items: { type: 'string' }, description });
const named = (description: string): Schema => ({ type: 'string', pattern: '^[^/]+/[^/]+$', description });
const port = (description: string): Schema => ({ type: 'integer', minimum: 1, maximum: 65535, description });
const object = (description: string, properties: { [name: string]: Schema }, ...required: string[]): Schema => ({ type: 'object', description, properties, required, additionalProperties: false });
const map = (description: string, values: Schema): Schema => ({ type: 'object', description, additionalProperties: values });
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });

const outcome: Schema = { type: 'string', enum: Object.values(Outcome) };
const status: Schema = { type: 'integer', minimum: 100, maximum: 599, description: 'the HTTP status that a proxy answers with' };

const clientFields = {
  certificate: text('file with a client certificate in PEM and its intermediates: verified against the anchors among the manifests'),
  subject: text('subject of a certificate that is taken for valid, `/O=Example/CN=alice` or `CN=alice,O=Example`'),
  issuer: text('issuer of such a certificate'),
  spiffe: text('SPIFFE ID in it'),
  uris: texts('URIs in it'),
  dnsNames: texts('DNS names in it'),
  inMesh: text('a pod with a sidecar that calls the Service directly: `namespace/service account` or a SPIFFE ID'),
};

const tokenFields = {
  file: text('file with a JSON Web Token: its signature is verified'),
  claims: { type: 'object', description: 'claims of a token that is taken for signed; `iss` has to be there' } as Schema,
};

const headers: Schema = map('header lines: text, or a list of texts for a name that is sent several times', { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] });

/** What a file of requests looks like. */
export const REQUESTS_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://cdk8s-istio-security.example/requests.schema.json',
  title: 'Requests and what is expected of them',
  type: 'object',
  required: ['requests'],
  additionalProperties: false,
  properties: {
    $schema: text('this schema, for editors'),
    istioVersion: text('1.27 to 1.32, with or without patch number'),
    trustDomain: text('trust domain of the mesh'),
    rootNamespace: text('namespace whose policies apply everywhere'),
    complete: flag('the manifests are all there is: what is not among them does not exist'),
    createdTogether: flag('objects without creation time were created in one second, so that names decide their order'),
    at: text('when the requests are sent, e.g. 2030-01-31T12:00:00Z'),
    workloads: {
      type: 'array',
      description: 'pods that are not among the manifests',
      items: object('pods and the Service in front of them', {
        service: named('the Service, `namespace/name`'),
        port: port('port of the Service'),
        targetPort: port('port of the container'),
        protocol: text('name of the port, by whose first word Istio tells the protocol'),
        labels: map('all labels of the pods', { type: 'string' }),
        serviceAccount: text('service account of the pods'),
        sidecar: flag('whether they have a sidecar'),
      }, 'service', 'port', 'labels'),
    },
    secrets: { type: 'array', items: named('`namespace/name`'), description: 'Secrets that exist although they are not among the manifests' },
    keySets: map('files with the key sets (JWKS) behind `jwksUri`s, by URI', { type: 'string' }),
    harmless: { type: 'array', items: named('`namespace/name`'), description: 'EnvoyFilters and WasmPlugins that change nothing about who gets in' },
    clients: map('clients by the name that requests call them', ref('client')),
    tokens: map('tokens by the name that requests call them', ref('token')),
    requests: { type: 'array', minItems: 1, items: ref('request') },
  },
  $defs: {
    client: object('who sends a request', clientFields),
    token: object('a token', tokenFields),
    request: object('a request and what is expected of it', {
      name: text('what the report calls it'),
      url: text('`https://<host>[:<port>]/<path>`, or `http://…`; the path goes over the wire as it is written'),
      client: { description: 'a name of `clients`, `none` (TLS without certificate), `plaintext`, `in-mesh plaintext`, or a client', anyOf: [{ type: 'string' }, ref('client')] },
      token: { description: 'a name of `tokens`, or a token', anyOf: [{ type: 'string' }, ref('token')] },
      method: text('the method; GET where nothing is said'),
      headers,
      sni: text('server name in the handshake; the empty text sends none'),
      port: port('port that is connected to, where it is not that of the URL'),
      service: named('called Service of a caller in the mesh, `namespace/name`'),
      gateway: named('gateway, `namespace/name`'),
      clientIp: text('address of the client, as the gateway sees it'),
      http2: flag('HTTP/2 instead of HTTP/1.1'),
      at: text('when it is sent'),
      expect: {
        description: 'the outcome, or the status, or several facts',
        anyOf: [outcome, status, object('all that is given has to be so', {
          outcome: { anyOf: [outcome, { type: 'array', minItems: 1, items: outcome }], description: 'the outcome, or a list of those that will do' },
          status,
          policy: named('the policy that decides, `namespace/name`'),
          rule: { type: 'integer', minimum: 1, description: 'the rule of that policy, from 1' },
          workload: named('the Service that is reached, `namespace/name`'),
          upstreamPath: text('path and query as the workload gets them'),
          upstreamHeaders: map('headers as the workload gets them; null: the header is not there', { anyOf: [{ type: 'string' }, { type: 'null' }] }),
        })],
      },
    }, 'url', 'expect'),
  },
};
