import { isIP } from 'node:net';
import { PathPattern } from '../model/path-pattern';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

type ValueCheck = (value: string) => void;

/**
 * A list of policy values, checked, copied, sorted and without duplicates: the order of values means nothing to Istio.
 * @internal
 */
export function policyValues(field: string, values: unknown, check: ValueCheck): string[] {
  if (!Array.isArray(values)) throw new Error(`invalid \`${field}\` \`${String(values)}\`: expected a list of strings`);
  if (values.length === 0) throw new Error(`empty list \`${field}\`: leave the field out to match everything, or give at least one value`);
  for (const value of values) {
    if (typeof value !== 'string' || value === '') throw new Error(`invalid value \`${String(value)}\` in \`${field}\`: expected a non-empty string`);
    if (CONTROL.test(value)) throw new Error(`invalid value ${JSON.stringify(value)} in \`${field}\`: expected no control characters`);
    check(value);
  }
  return [...new Set(values as string[])].sort();
}

/** @internal */
export const principal: ValueCheck = (value) => {
  if (/^\**spiffe:\/\//i.test(value)) {
    throw invalid('principal', value, `the bare form \`${value.replace(/^\**spiffe:\/\//i, '')}\`: Istio adds \`spiffe://\` itself, so the value would never match`);
  }
  wildcard('principal', value);
};

/** @internal */
export const requestPrincipal: ValueCheck = (value) => {
  if (value === '*') return;
  const slash = value.lastIndexOf('/');
  if (slash < 0) throw invalid('request principal', value, `\`<issuer>/<subject>\`, for any subject \`${value.replace(/\*$/, '')}/*\``);
  if (/^https?:\/?$/.test(value.slice(0, slash))) {
    throw invalid('request principal', value, `\`<issuer>/<subject>\`: it is split at the last \`/\`, so this is the issuer \`${value.slice(0, slash)}\``);
  }
  for (const part of [value.slice(0, slash), value.slice(slash + 1)]) wildcard('request principal', value, part);
};

/** @internal */
export const namespaceGlob: ValueCheck = (value) => {
  if (!/^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?$/.test(value)) throw invalid('namespace', value, 'lower-case letters, digits, inner `-` and `*`');
};

/** @internal */
export const serviceAccount: ValueCheck = (value) => {
  if (value.includes('*')) throw invalid('service account', value, 'no `*`: service accounts know no wildcards, use `principals`');
  if (value.length > 320 || !/^([a-z0-9]([-a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value)) {
    throw invalid('service account', value, '`<account>` or `<namespace>/<account>`');
  }
};

/** @internal */
export const address: ValueCheck = (value) => {
  const [ip, bits, ...rest] = value.split('/');
  const version = isIP(ip);
  const max = version === 4 ? 32 : 128;
  if (version === 0 || rest.length > 0 || (bits !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > max))) {
    throw invalid('address', value, 'an IP address or a CIDR block such as `10.0.0.0/8`');
  }
};

/** @internal */
export const authority: ValueCheck = (value) => {
  if (/^\*\..*:\*$/.test(value)) {
    const port = value.replace(/:\*$/, ':443');
    throw invalid('host', value, `\`*\` at one end only, so list the ports, as in \`${port}\`: this value is the literal suffix \`${value.slice(1)}\` and matches nothing`);
  }
  wildcard('host', value);
  if (/[^\u0021-\u007e]/.test(value) || /[/@?#]/.test(value)) throw invalid('host', value, 'the authority of a request, `host` or `host:port`, in ASCII');
};

/** @internal */
export const port: ValueCheck = (value) => {
  if (!/^[1-9]\d{0,4}$/.test(value) || Number(value) > 65535) throw invalid('port', value, 'a number from 1 to 65535');
};

/** @internal */
export const method: ValueCheck = (value) => {
  if (value !== value.toUpperCase()) throw invalid('HTTP method', value, `\`${value.toUpperCase()}\`: Envoy compares methods case-sensitively`);
  wildcard('HTTP method', value);
  if (!/^[A-Z*_-]+$/.test(value)) throw invalid('HTTP method', value, 'upper-case letters, as in `GET`');
};

/** @internal */
export const path: ValueCheck = (value) => {
  if (/[{}]/.test(value)) return void PathPattern.template(value);
  if (!value.startsWith('/') && !value.startsWith('*')) throw invalid('path', value, 'a leading `/`');
  wildcard('path', value);
  if (/[?#]/.test(value)) throw invalid('path', value, 'a path without `?` and `#`: policies see neither query nor fragment');
  // The text beside a wildcard may end or begin in the middle of a segment, which only then may look like `..` or a half escape.
  if (value.endsWith('*')) return void (value.includes('/') && PathPattern.exact(value.slice(0, value.lastIndexOf('/') + 1)));
  if (!value.startsWith('*')) return void PathPattern.exact(value);
};

/**
 * Refuses values that read as patterns but never match: Istio knows `*`, `v*` and `*v` (istio `pilot/pkg/security/authz/matcher/string.go`).
 * @internal
 */
export function wildcard(what: string, value: string, part = value): void {
  if (part.length > 1 && part.startsWith('*') && part.endsWith('*')) {
    throw invalid(what, value, '`*` at one end only: Istio reads this as a suffix that ends in a literal `*`');
  }
  if (/^.+\*.+$/s.test(part)) throw invalid(what, value, '`*` only at the beginning or the end: elsewhere it is a literal `*` and never matches');
}

/** @internal */
export function invalid(what: string, value: unknown, expected: string): Error {
  return new Error(`invalid ${what} \`${String(value)}\`: expected ${expected}`);
}
