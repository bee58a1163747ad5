import { checkedHeaderValue, tellsPeer } from './header-value';
import type * as kyma from '../../imports/gateway.kyma-project.io';
import { isIdentityHeader } from '../model/identity-header-names';

/** What Kyma's route writes into the requests of a rule. */
export interface ApiRuleRequest {
  /**
   * Header values; `%OPERATOR%` stands for what Envoy knows of the request, `%%` for a percent sign.
   *
   * A value replaces the client's, unless it turns out empty; other spellings of the name (`_` for `-`) pass through. So identity headers are refused here:
   * the route of a `CertSecuredWorkload` removes every spelling first.
   * @default - none
   */
  readonly headers?: { [name: string]: string };
  /**
   * Cookies, which replace the client's whole `Cookie` header.
   * @default - none
   */
  readonly cookies?: { [name: string]: string };
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FRAMING = 'the request would hang or lose its framing';
const RESERVED: { readonly [name: string]: string } = {
  'connection': FRAMING,
  'content-length': FRAMING,
  'cookie': 'use `cookies`',
  'host': 'the workload would see another host, for which Kyma\'s own policy answers 403',
  'keep-alive': FRAMING,
  'proxy-connection': FRAMING,
  'te': FRAMING,
  'transfer-encoding': FRAMING,
  'upgrade': FRAMING,
  'x-forwarded-host': 'Kyma sets it to the host of the rule',
};

/** @internal */
export function checkedRequest(request: ApiRuleRequest): kyma.ApiRuleSpecRulesRequest {
  const headers = pairs('headers', request?.headers, checkHeader);
  const cookies = pairs('cookies', request?.cookies, checkCookie);
  if (!headers && !cookies) throw new Error('empty `request`: expected `headers` or `cookies`');
  return { ...(headers && { headers }), ...(cookies && { cookies }) };
}

function pairs(field: string, given: unknown, check: (name: string, value: string) => void): { [name: string]: string } | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || given === null || Array.isArray(given) || Object.keys(given).length === 0) {
    throw new Error(`invalid \`${field}\` \`${JSON.stringify(given)}\`: expected at least one name with its value`);
  }
  const entries = Object.entries(given as { [name: string]: string }).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of entries) {
    if (!TOKEN.test(name)) throw new Error(`invalid name ${JSON.stringify(name)} in \`${field}\`: expected the characters of RFC 9110 section 5.1`);
    check(name, value);
  }
  if (field === 'headers') {
    const twice = entries.find(([name], index) => entries.findIndex(([other]) => other.toLowerCase() === name.toLowerCase()) !== index);
    if (twice) throw new Error(`header \`${twice[0]}\` is given in two spellings: expected one, because letter case does not matter to HTTP`);
  }
  return Object.fromEntries(entries);
}

function checkHeader(name: string, value: string): void {
  const plain = name.toLowerCase().replace(/_/g, '-');
  const reason = RESERVED[plain];
  if (reason) throw new Error(`header \`${name}\` cannot be set by an APIRule: ${reason}`);
  if (isIdentityHeader(name) || plain === 'x-forwarded-client-cert') {
    throw new Error(`identity header \`${name}\` cannot be set by an APIRule: Kyma does not remove what the client sent under its other spellings, use a CertSecuredWorkload`);
  }
  checkedHeaderValue(name, value);
  if (value.trim() === '') throw new Error(`invalid value \`${value}\` of header \`${name}\`: expected a non-empty text, Envoy skips others and the client's own value passes`);
  if (tellsPeer(value) && value.replace(/%[^%]+%/g, '').trim() === '') {
    throw new Error(
      `header \`${name}\` is \`${value}\` alone: without a certificate, or with one that lacks it, the client's own value passes; `
      + `put text in front as in \`client:${value}\`, or use a CertSecuredWorkload`,
    );
  }
}

function checkCookie(name: string, value: string): void {
  if (typeof value !== 'string' || !/^[!-~]+$/.test(value) || /[",;\\%]/.test(value)) {
    throw new Error(`invalid value ${JSON.stringify(value)} of cookie \`${name}\`: expected text without spaces, \`"\`, \`,\`, \`;\`, \`\\\` and \`%\` (RFC 6265 section 4.1.1)`);
  }
}
