/** What differs between Istio versions, as far as who gets in is concerned. `undefined`: depends on the patch release. */
export interface Behaviour {
  /** The minor version, e.g. 30. */
  readonly minor: number;
  /** Policies test each line of a repeated header (CVE-2026-31838); before, the lines joined with `,`. */
  readonly policyHeadersByLine: boolean | undefined;
  /** Routes test each line of a repeated header; before, the lines joined with `,`. */
  readonly routeHeadersByLine: boolean;
  /** `..;x` is a dot segment for path normalisation (CVE-2026-73551). */
  readonly parametersInDotSegments: boolean | undefined;
  /** What is taken for granted of the version, for people; undefined for that whose proxy was compared with the evaluator. */
  readonly unproved?: string;
}

/** The minor version whose Envoy the differential test runs. */
const PROVED = 32;

/** First patch release of each minor that tests header lines one by one. */
const HEADERS_BY_LINE = new Map([[27, 8], [28, 5], [29, 1]]);

/** The first release of a minor version that tests header lines one by one. */
export function headerFix(minor: number): string {
  return `1.${minor}.${HEADERS_BY_LINE.get(minor) ?? 0}`;
}

/**
 * The behaviour of an Istio version: `1.30` (its newest patch release) or `1.30.2`.
 *
 * Throws for versions outside 1.27 to 1.32.
 */
export function behaviourOf(version: string): Behaviour {
  const parsed = /^1\.(\d+)(?:\.(\d+))?(?:-.*)?$/.exec(String(version));
  const minor = Number(parsed?.[1]);
  if (parsed === null || minor < 27 || minor > 32) {
    throw new Error(`unknown Istio version \`${String(version)}\`: expected one of \`1.27\` to \`1.32\`, with or without patch number`);
  }
  const patch = parsed[2] === undefined ? undefined : Number(parsed[2]);
  return {
    minor,
    policyHeadersByLine: patch === undefined || patch >= (HEADERS_BY_LINE.get(minor) ?? 0),
    routeHeadersByLine: minor >= 31,
    // The fix is in Envoy 1.36.10, 1.37.6, 1.38.4, 1.39.1; Istio 1.27 stands on 1.35, 1.32 on 1.40.
    parametersInDotSegments: minor === 27 ? false : minor === 32 || patch === undefined ? true : undefined,
    ...(minor === PROVED ? {} : { unproved: `Istio 1.${minor} differs from 1.${PROVED} as its release notes say: no proxy of it was run` }),
  };
}
