/** One value of a part of requests that stands for all values that are treated alike. */
export interface Sample<T> {
  readonly value: T;
  /** In words, where the value does not say it, e.g. `any other path`. */
  readonly label: string;
  /** Malformed, or of a form that no ordinary client sends. */
  readonly odd?: boolean;
}

/** Header lines of a request, by name. */
export type HeaderSet = ReadonlyMap<string, readonly string[]>;

/** What is asked at an endpoint. */
export interface Operation {
  readonly method: string;
  /** With its query, if there is one. */
  readonly path: string;
  readonly headers: HeaderSet;
}
