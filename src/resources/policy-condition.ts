import type { PolicyCondition } from './policy-rule';
import { address, invalid, namespaceGlob, policyValues, port, principal, requestPrincipal, serviceAccount, wildcard } from './policy-value';

type ValueCheck = (value: string) => void;

const plain = (what: string): ValueCheck => (value) => {
  // In the middle a `*` is literal, and subjects or header values may contain one; at both ends nobody means what Istio does.
  if (value.length > 1 && value.startsWith('*') && value.endsWith('*')) wildcard(what, value);
};

const serverName: ValueCheck = (value) => {
  wildcard('server name', value);
  if (value !== value.toLowerCase()) throw invalid('server name', value, `\`${value.toLowerCase()}\`: Envoy lower-cases the server name of the TLS handshake`);
  if (/:\d*$/.test(value)) throw invalid('server name', value, `the name without a port: \`${value.replace(/:\d*$/, '')}\``);
};

// istio pkg/config/security/security.go ValidateAttribute
const FIXED: { [key: string]: ValueCheck } = {
  'source.ip': address,
  'remote.ip': address,
  'source.namespace': namespaceGlob,
  'source.principal': principal,
  'source.serviceAccount': serviceAccount,
  'source.trustDomain': plain('trust domain'),
  'request.auth.principal': requestPrincipal,
  'request.auth.audiences': plain('audience'),
  'request.auth.presenter': plain('presenter'),
  'destination.ip': address,
  'destination.port': port,
  'connection.sni': serverName,
};

const TOKEN = /^:?[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/;

function checkOfKey(key: unknown): ValueCheck {
  if (typeof key === 'string') {
    if (Object.prototype.hasOwnProperty.call(FIXED, key)) return FIXED[key];
    const header = /^request\.headers\[([^[\]]*)\]$/.exec(key);
    if (header) {
      if (!TOKEN.test(header[1])) throw new Error(`invalid condition key ${JSON.stringify(key)}: expected a header name in the brackets (RFC 9110 section 5.1)`);
      return plain('header value');
    }
    // An empty claim name or a control character makes Envoy reject the listener.
    // eslint-disable-next-line no-control-regex
    if (/^request\.auth\.claims(\[[^[\]\u0000-\u001f\u007f]+\])+$/.test(key)) return plain('claim value');
    if (/^experimental\.envoy\.filters\.[A-Za-z0-9_.]+(\[[^[\]\s]+\])+$/.test(key)) return plain('filter metadata');
  }
  const known = [...Object.keys(FIXED), 'request.headers[<name>]', 'request.auth.claims[<name>]'].map((name) => `\`${name}\``).join(', ');
  throw new Error(`invalid condition key ${typeof key === 'string' ? JSON.stringify(key) : `\`${String(key)}\``}: expected one of ${known}`);
}

/**
 * A checked copy of a condition.
 * @internal
 */
export function checkedCondition(condition: PolicyCondition): PolicyCondition {
  const { key, values, notValues } = condition;
  const check = checkOfKey(key);
  if (values === undefined && notValues === undefined) throw new Error(`condition \`${key}\` has neither \`values\` nor \`notValues\`: give one of them`);
  return {
    key,
    ...(values === undefined ? {} : { values: policyValues(`${key} values`, values, check) }),
    ...(notValues === undefined ? {} : { notValues: policyValues(`${key} notValues`, notValues, check) }),
  };
}
