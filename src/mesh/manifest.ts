/** A Kubernetes object as the checks see it: where it came from does not matter. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Reads the `spec`; only called for the kinds that a check looks into. */
  readonly spec: () => any;
  /** The construct that rendered it, where there is one. */
  readonly path?: string;
}

/** How findings name an object: `Kind namespace/name`. */
export function describe(manifest: Manifest): string {
  return `${manifest.kind} \`${manifest.namespace}/${manifest.name}\``;
}

/** The API group of an object; empty for core objects. */
export function groupOf(manifest: Manifest): string {
  const [group, version] = manifest.apiVersion.split('/');
  return version === undefined ? '' : group;
}
