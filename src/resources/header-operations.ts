import { checkedHeaderValue, tellsPeer } from './header-value';
import { isIdentityHeader } from '../model/identity-header-names';
import { checkFields } from '../model/known-fields';

/** Changes of the headers of requests or of responses. Envoy removes first, then sets, then adds. */
export interface HeaderChanges {
  /**
   * Headers to overwrite. Values may contain Envoy's operators, as in `%DOWNSTREAM_TLS_VERSION%`; `%%` is a percent sign.
   * @default - none
   */
  readonly set?: { [name: string]: string };
  /**
   * Values to append; what the client sent under the same name stays.
   * @default - none
   */
  readonly add?: { [name: string]: string };
  /**
   * Headers to remove, in this very spelling: `X_A` is another header than `X-A`.
   * @default - none
   */
  readonly remove?: string[];
}

/** Changes of headers on the way to the workload and back. */
export interface HeaderOperations {
  /**
   * Changes of the request's headers.
   * @default - none
   */
  readonly request?: HeaderChanges;
  /**
   * Changes of the response's headers.
   * @default - none
   */
  readonly response?: HeaderChanges;
}

const TOKEN = /^[A-Za-z0-9!#$&'*+\-.^_`|~]+$/;
// With these, Envoy hangs, drops the operation, or breaks the framing of the message.
const FRAMING = ['connection', 'content-length', 'keep-alive', 'proxy-connection', 'te', 'transfer-encoding', 'upgrade'];

// Many routes share the same operations: those of secured workloads are checked once.
const CHECKED = new WeakSet<HeaderOperations>();

/**
 * A checked copy of header operations; names to remove sorted.
 * @internal
 */
export function checkedHeaders(headers: HeaderOperations): HeaderOperations {
  if (CHECKED.has(headers)) return headers;
  checkFields('header operations', headers, ['request', 'response']);
  const checked = {
    ...(headers.request === undefined ? {} : { request: checkedChanges(headers.request, true) }),
    ...(headers.response === undefined ? {} : { response: checkedChanges(headers.response, false) }),
  };
  CHECKED.add(checked);
  return checked;
}

function checkedChanges(changes: HeaderChanges, request: boolean): HeaderChanges {
  checkFields('header changes', changes, ['set', 'add', 'remove']);
  const remove = [...new Set(changes.remove ?? [])].map((name) => checkedName(name, false)).sort();
  const removed = new Set(remove.map((name) => name.toLowerCase()));
  const set = checkedValues(changes.set);
  const add = checkedValues(changes.add);
  for (const [name, value] of request ? set : []) {
    if (!tellsPeer(value) || removed.has(name.toLowerCase())) continue;
    throw new Error(`header \`${name}\` is set to \`${value}\` but not removed first: without a client certificate the value is empty and the client's own header survives, list \`${name}\` in \`remove\` too`);
  }
  for (const [name, value] of request ? add : []) {
    if (!isIdentityHeader(name) && !tellsPeer(value)) continue;
    throw new Error(`identity header \`${name}\` cannot be added: the value that the client sent would stay beside it, use \`remove\` and \`set\``);
  }
  return {
    ...(set.length === 0 ? {} : { set: Object.fromEntries(set) }),
    ...(add.length === 0 ? {} : { add: Object.fromEntries(add) }),
    ...(remove.length === 0 ? {} : { remove }),
  };
}

function checkedValues(values: { [name: string]: string } | undefined): [string, string][] {
  const entries = Object.entries(values ?? {});
  for (const [name, value] of entries) checkedHeaderValue(checkedName(name, true), value);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

function checkedName(name: string, written: boolean): string {
  if (typeof name !== 'string' || name === '') throw new Error(`invalid header name \`${String(name)}\`: expected a non-empty text`);
  if (/^(:authority|host)$/i.test(name)) throw new Error(`invalid header name \`${name}\`: expected \`rewrite.authority\` to change the host`);
  if (name.startsWith(':')) throw new Error(`invalid header name \`${name}\`: expected no pseudo header, Envoy ignores changes of them`);
  if (!TOKEN.test(name)) throw new Error(`invalid header name ${JSON.stringify(name)}: expected the characters of RFC 9110 section 5.1`);
  if (written && FRAMING.includes(name.toLowerCase())) throw new Error(`invalid header name \`${name}\`: expected a header that does not frame the message, the request would hang`);
  return name;
}
