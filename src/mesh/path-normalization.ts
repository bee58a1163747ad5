/** How Envoy rewrites request paths before policies and routes see them (mesh setting `pathNormalization`). */
export enum PathNormalization {
  /** Paths stay as they are. */
  NONE = 'NONE',
  /** Dot segments resolved, `\` turned into `/`, unreserved characters decoded: the default. */
  BASE = 'BASE',
  /** BASE, then runs of slashes merged. */
  MERGE_SLASHES = 'MERGE_SLASHES',
  /** `%2F` and `%5C` decoded first, then as MERGE_SLASHES. */
  DECODE_AND_MERGE_SLASHES = 'DECODE_AND_MERGE_SLASHES',
}
