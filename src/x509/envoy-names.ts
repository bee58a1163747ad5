import { ENVOY_NAMES } from './envoy-name-table';

let names: Map<string, string> | undefined;

/** The short name by which Envoy prints an attribute type, or undefined where it prints the number and the hex of the value. */
export function envoyShortName(oid: string): string | undefined {
  names ??= readTable();
  return names.get(oid);
}

/** Whether Envoy prints such an attribute by name and text, rather than by number and hex. */
export function isNamedByEnvoy(oid: string): boolean {
  return envoyShortName(oid) !== undefined;
}

function readTable(): Map<string, string> {
  const entries = Object.entries(ENVOY_NAMES).flatMap(([arc, list]) => {
    const words = list.split(' ');
    return words.flatMap((last, index): [string, string][] => index % 2 === 0 ? [[`${arc}.${last}`, words[index + 1]]] : []);
  });
  return new Map(entries);
}
