import type { Check } from './check';
import { describe, groupOf, Manifest } from '../mesh/manifest';

/** MTLS101: two objects of one name: whichever is applied last replaces the other, silently. */
export const duplicateObjects: Check = (manifests) => {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const key = `${groupOf(manifest)} ${manifest.kind} ${manifest.namespace} ${manifest.name}`;
    const other = first.get(key);
    if (!other) {
      first.set(key, manifest);
      return [];
    }
    const where = other.path === undefined ? 'twice' : `by \`${other.path}\` too`;
    return [{ id: 'MTLS101', object: manifest, message: `${describe(manifest)} is rendered ${where}: the one applied last would replace the other, give one of them another \`metadata.name\`` }];
  });
};
