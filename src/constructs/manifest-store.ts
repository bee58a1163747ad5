import type { Construct } from 'constructs';
import type { ManifestTarget } from './credential-source';
import { Synthesis } from '../resources/synthesis';

interface Entry {
  readonly content: string;
  readonly value: unknown;
}

const KEY = Symbol.for('cdk8s-istio-security.manifests');

/**
 * Makes what several gateways may need, once; the later ones get the first one's.
 *
 * When they want different contents under one name the result is undefined and the app does not synthesise: whichever is applied last would break
 * the other gateway.
 *
 * @param kind what it is, for messages, e.g. `secret`
 * @param content a text that differs when the contents do
 */
export function sharedOnce<T>(
  target: ManifestTarget, kind: string, name: string, content: string, make: (scope: Construct, id: string) => T,
): T | undefined {
  const entries = Synthesis.of(target.scope).sharedBy(KEY, () => new Map<string, Entry>());
  const key = `${kind} \`${target.namespace}/${name}\``;
  const entry = entries.get(key);
  if (!entry) {
    const value = make(target.scope, `${kind.replaceAll(' ', '-')}.${target.namespace}.${name}`);
    entries.set(key, { content, value });
    return value;
  }
  if (entry.content === content) return entry.value as T;
  Synthesis.of(target.owner).addCheck(target.owner, () => [`${key} is wanted with two different contents: give one of them a name of its own`]);
  return undefined;
}
