import { HostPattern } from '../model/host-pattern';
import { checkedNamespace } from '../model/ingress-gateway';

/** A host of a Gateway server: the pattern that clients see, and the namespace whose routes it admits. */
export interface ServerHost {
  /** As written in the Gateway. */
  readonly text: string;
  readonly pattern: HostPattern;
  /** `*`, `.`, or a namespace. */
  readonly binding: string;
}

/**
 * Reads a host of a Gateway server: `host`, `*.suffix`, `<namespace>/host`, `./host`.
 *
 * `*` with a slash before it is spelt `host` here, because two spellings of one host on one port make Envoy refuse the whole listener.
 */
export function parseServerHost(text: string): ServerHost {
  if (typeof text !== 'string' || !text.includes('/')) return { text, pattern: HostPattern.parse(text), binding: '*' };
  const [binding, host, ...rest] = text.split('/');
  if (rest.length > 0) throw new Error(`invalid host \`${text}\`: expected at most one \`/\`, between namespace and host`);
  if (text === '*/*') throw new Error('invalid host `*/*`: istiod ends when another host with a namespace follows it, write `*`');
  if (binding === '*') throw new Error(`invalid host \`${text}\`: expected \`${host}\`, which admits the same routes`);
  if (binding !== '.') checkedNamespace(binding);
  return { text, pattern: HostPattern.parse(host), binding };
}
