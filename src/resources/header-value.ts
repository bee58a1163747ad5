/**
 * The command operators of Envoy that a header value may contain, by whether they take an argument in parentheses.
 *
 * Istio checks only that `%` signs are balanced; an operator that Envoy does not know, or one without its argument, makes Envoy reject the whole
 * route table, so that every host of the port answers 404 (Envoy docs, "Access logging, command operators").
 */
const PLAIN = new Set([
  'BYTES_RECEIVED', 'BYTES_SENT', 'CONNECTION_ID', 'CONNECTION_TERMINATION_DETAILS', 'DURATION', 'FILTER_CHAIN_NAME', 'GRPC_STATUS_NUMBER', 'HOSTNAME',
  'PROTOCOL', 'REQUESTED_SERVER_NAME', 'REQUEST_DURATION', 'RESPONSE_CODE', 'RESPONSE_FLAGS', 'ROUTE_NAME', 'STREAM_ID', 'VIRTUAL_CLUSTER_NAME',
  'UPSTREAM_CLUSTER', 'UPSTREAM_HOST', 'UPSTREAM_LOCAL_ADDRESS', 'UPSTREAM_REMOTE_ADDRESS', 'UPSTREAM_TRANSPORT_FAILURE_REASON',
  ...['', '_WITHOUT_PORT'].flatMap((end) => ['DIRECT_REMOTE', 'LOCAL', 'REMOTE'].map((side) => `DOWNSTREAM_${side}_ADDRESS${end}`)),
  'DOWNSTREAM_DIRECT_REMOTE_PORT', 'DOWNSTREAM_LOCAL_PORT', 'DOWNSTREAM_REMOTE_PORT',
  ...['DNS', 'EMAIL', 'IP', 'OTHERNAME', 'URI'].flatMap((kind) => [`DOWNSTREAM_LOCAL_${kind}_SAN`, `DOWNSTREAM_PEER_${kind}_SAN`]),
  'DOWNSTREAM_LOCAL_SUBJECT', 'DOWNSTREAM_PEER_CERT', 'DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1', 'DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256',
  'DOWNSTREAM_PEER_CHAIN_SERIALS', 'DOWNSTREAM_PEER_FINGERPRINT_1', 'DOWNSTREAM_PEER_FINGERPRINT_256', 'DOWNSTREAM_PEER_ISSUER',
  'DOWNSTREAM_PEER_SERIAL', 'DOWNSTREAM_PEER_SUBJECT', 'DOWNSTREAM_TLS_CIPHER', 'DOWNSTREAM_TLS_SESSION_ID', 'DOWNSTREAM_TLS_VERSION',
  'TLS_JA3_FINGERPRINT',
]);
const OPTIONAL = new Set(['DOWNSTREAM_PEER_CERT_V_END', 'DOWNSTREAM_PEER_CERT_V_START', 'GRPC_STATUS', 'RESPONSE_CODE_DETAILS', 'START_TIME']);
const WITH_ARGUMENT = new Set(['DYNAMIC_METADATA', 'ENVIRONMENT', 'FILTER_STATE', 'QUERY_PARAM', 'REQ', 'RESP', 'TRAILER', 'UPSTREAM_METADATA']);

/**
 * Checks a header value for what Envoy would reject.
 * @internal
 */
export function checkedHeaderValue(name: string, value: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`invalid value \`${String(value)}\` of header \`${name}\`: expected a non-empty text`);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(value)) throw new Error(`invalid value ${JSON.stringify(value)} of header \`${name}\`: expected no control characters`);
  let rest = value;
  for (let at = rest.indexOf('%'); at >= 0; at = rest.indexOf('%')) {
    rest = rest.slice(at);
    const command = /^%(?:%|([A-Z0-9_]+)(\([^)]*\))?(:\d+)?%)/.exec(rest);
    if (!command) throw new Error(`invalid value \`${value}\` of header \`${name}\`: expected \`%%\` for a percent sign, or an operator such as \`%DOWNSTREAM_PEER_SUBJECT%\``);
    if (command[3]) throw new Error(`invalid operator in value \`${value}\` of header \`${name}\`: expected no length \`${command[3]}\`, Istio refuses it`);
    if (command[1]) checkOperator(name, value, command[1], command[2]);
    rest = rest.slice(command[0].length);
  }
  return value;
}

/**
 * Whether a header value is taken from the client's certificate, and empty where there is none.
 * @internal
 */
export function tellsPeer(value: string): boolean {
  return /%DOWNSTREAM_PEER_/.test(value.replace(/%%/g, ''));
}

function checkOperator(name: string, value: string, operator: string, argument: string | undefined): void {
  if (!PLAIN.has(operator) && !OPTIONAL.has(operator) && !WITH_ARGUMENT.has(operator)) {
    throw new Error(`unknown operator \`%${operator}%\` in header \`${name}\`: Envoy rejects the whole route table for it, expected an operator of Envoy's access log`);
  }
  const given = argument !== undefined && argument !== '()';
  if (WITH_ARGUMENT.has(operator) ? !given : PLAIN.has(operator) && argument !== undefined) {
    const form = WITH_ARGUMENT.has(operator) ? `\`%${operator}(<name>)%\`` : `\`%${operator}%\` without argument`;
    throw new Error(`invalid operator in value \`${value}\` of header \`${name}\`: expected ${form}`);
  }
}
