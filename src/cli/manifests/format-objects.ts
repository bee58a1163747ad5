import type * as Yaml from 'yaml';

/** Objects as YAML, by line. */
export function formatObjects(objects: readonly object[]): string[] {
  // Loaded when used, as when manifests are read.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { stringify }: typeof Yaml = require('yaml');
  return objects.map((object) => stringify(object, { lineWidth: 0 }).trimEnd()).join('\n---\n').split('\n');
}
