import { createHash } from 'node:crypto';
import { unknownValue } from './header-lines';
import { headerValues, HttpMessage } from './http-message';
import { Peer } from './peer';

/** Operators of Envoy that stand for something no manifest shows. */
const OPAQUE = new Set(['START_TIME', 'START_TIME_LOCAL', 'PROTOCOL', 'UPSTREAM_HOST', 'UPSTREAM_CLUSTER', 'HOSTNAME', 'ROUTE_NAME', 'VIRTUAL_CLUSTER_NAME', 'RESPONSE_CODE',
  'RESPONSE_FLAGS', 'DOWNSTREAM_REMOTE_ADDRESS', 'DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT', 'DOWNSTREAM_REMOTE_PORT', 'DOWNSTREAM_DIRECT_REMOTE_ADDRESS',
  'DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT', 'DOWNSTREAM_DIRECT_REMOTE_PORT', 'DOWNSTREAM_LOCAL_ADDRESS', 'DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT', 'DOWNSTREAM_LOCAL_PORT',
  'DOWNSTREAM_TLS_VERSION', 'DOWNSTREAM_TLS_CIPHER', 'DOWNSTREAM_TLS_SESSION_ID', 'DOWNSTREAM_PEER_CERT_V_START', 'DOWNSTREAM_PEER_CERT_V_END', 'DOWNSTREAM_PEER_SERIAL',
  'DOWNSTREAM_PEER_FINGERPRINT_1', 'DOWNSTREAM_LOCAL_SUBJECT', 'DOWNSTREAM_LOCAL_URI_SAN', 'DOWNSTREAM_LOCAL_DNS_SAN', 'DOWNSTREAM_PEER_IP_SAN', 'DOWNSTREAM_PEER_EMAIL_SAN',
  'DOWNSTREAM_PEER_OTHERNAME_SAN', 'DOWNSTREAM_LOCAL_IP_SAN', 'DOWNSTREAM_LOCAL_EMAIL_SAN', 'REQUESTED_SERVER_NAME', 'CONNECTION_ID', 'UNIQUE_ID', 'STREAM_ID', 'DYNAMIC_METADATA', 'CLUSTER_METADATA',
  'UPSTREAM_METADATA', 'FILTER_STATE', 'PER_REQUEST_STATE', 'UPSTREAM_LOCAL_ADDRESS', 'UPSTREAM_REMOTE_ADDRESS', 'UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT', 'UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT',
  'UPSTREAM_REMOTE_PORT', 'UPSTREAM_LOCAL_PORT', 'TRACE_ID', 'SPAN_ID', 'ENVIRONMENT', 'METADATA', 'REQUEST_DURATION', 'DURATION', 'BYTES_RECEIVED', 'BYTES_SENT', 'GRPC_STATUS', 'RESP', 'TRAILER',
  'DOWNSTREAM_TRANSPORT_FAILURE_REASON', 'UPSTREAM_TRANSPORT_FAILURE_REASON', 'DOWNSTREAM_PEER_ISSUER_CN', 'TLS_JA3_FINGERPRINT', 'TLS_JA4_FINGERPRINT', 'DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256',
  'DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1', 'DOWNSTREAM_PEER_CHAIN_SERIALS', 'CONNECTION_TERMINATION_DETAILS', 'RESPONSE_CODE_DETAILS', 'EMIT_TIME', 'PATH', 'QUERY_PARAM', 'QUERY_PARAMS', 'REQUEST_HEADERS_BYTES']);

const KNOWN = new Set(['REQ', 'DOWNSTREAM_PEER_SUBJECT', 'DOWNSTREAM_PEER_ISSUER', 'DOWNSTREAM_PEER_URI_SAN', 'DOWNSTREAM_PEER_DNS_SAN', 'DOWNSTREAM_PEER_CERT', 'DOWNSTREAM_PEER_FINGERPRINT_256']);

const OPERATOR = /%([A-Z_0-9]+)(?:\(([^)]*)\))?(?::(\d+))?%/;

/** Why Envoy refuses a header value, and with it the whole route table; undefined where it does not. */
export function formatProblem(value: string): string | undefined {
  for (const part of parts(value)) {
    const operator = OPERATOR.exec(part)?.[1];
    if (operator !== undefined && part === OPERATOR.exec(part)?.[0] && !KNOWN.has(operator) && !OPAQUE.has(operator)) return `Envoy knows no operator \`%${operator}%\``;
    if (part === '%') return 'a `%` that stands for itself is written `%%`';
    if (operator === 'QUERY_PARAM' && !/\(.+\)/.test(part)) return '`%QUERY_PARAM%` needs a name';
  }
  return undefined;
}

/** A header value with its operators replaced, as Envoy's router does it. */
export function formatValue(value: string, message: HttpMessage, peer: Peer): string {
  let unknown: string | undefined;
  const text = parts(value).map((part) => {
    if (part === '%%') return '%';
    const operator = OPERATOR.exec(part);
    if (operator === null || operator[0] !== part) return part;
    const found = operate(operator[1], operator[2], message, peer);
    if (found === undefined) unknown = part;
    return operator[3] === undefined ? found ?? '' : (found ?? '').slice(0, Number(operator[3]));
  }).join('');
  return unknown === undefined ? text : unknownValue(value);
}

function operate(name: string, argument: string | undefined, message: HttpMessage, peer: Peer): string | undefined {
  const { certificate } = peer;
  switch (name) {
    case 'DOWNSTREAM_PEER_SUBJECT': return certificate?.subject ?? '';
    case 'DOWNSTREAM_PEER_ISSUER': return certificate?.issuer ?? '';
    case 'DOWNSTREAM_PEER_URI_SAN': return certificate?.uris.join(',') ?? '';
    case 'DOWNSTREAM_PEER_DNS_SAN': return certificate?.dnsNames.join(',') ?? '';
    case 'DOWNSTREAM_PEER_CERT': return certificate === undefined ? '' : certificate.chain && encodeURIComponent(certificate.chain[0].pem);
    case 'DOWNSTREAM_PEER_FINGERPRINT_256': return certificate === undefined ? '' : certificate.chain && createHash('sha256').update(certificate.chain[0].der).digest('hex');
    case 'REQ': return requestHeader(argument ?? '', message);
    default: return name.startsWith('DOWNSTREAM_PEER') && certificate === undefined ? '' : undefined;
  }
}

/** `%REQ(a?b)%`: the first of the two headers that is there; in headers an absent one is empty. */
function requestHeader(argument: string, message: HttpMessage): string {
  const names = argument.split('?').map((name) => name.toLowerCase());
  return names.map((name) => headerValues(message, name)).find((values) => values.length > 0)?.[0] ?? '';
}

function parts(value: string): string[] {
  return value.match(/%%|%[A-Z_0-9]+(?:\([^)]*\))?(?::\d+)?%|%|[^%]+/g) ?? [];
}
