/**
 * The HTTP methods that a policy can name (RFC 9110 section 9, RFC 5789).
 *
 * Envoy compares methods case-sensitively, so `get` in a policy matches no request: the values are upper case only.
 */
export enum HttpMethod {
  /** Reads a representation. Does not imply `HEAD`. */
  GET = 'GET',
  /** Reads the header fields only. */
  HEAD = 'HEAD',
  /** Processes the enclosed representation. */
  POST = 'POST',
  /** Replaces the target. */
  PUT = 'PUT',
  /** Changes a part of the target (RFC 5789). */
  PATCH = 'PATCH',
  /** Removes the target. */
  DELETE = 'DELETE',
  /** Asks for the communication options; CORS preflights use it. */
  OPTIONS = 'OPTIONS',
  /** Loops the request back; seldom wanted. */
  TRACE = 'TRACE',
  /** Opens a tunnel. */
  CONNECT = 'CONNECT',
}

/**
 * Checks methods that may come from JavaScript, where types do not bind, and returns them sorted without duplicates.
 * @internal
 */
export function checkedMethods(methods: HttpMethod[]): HttpMethod[] {
  for (const method of methods) {
    if (Object.values(HttpMethod).includes(method)) continue;
    const upper = String(method).toUpperCase();
    const cure = Object.values(HttpMethod).includes(upper as HttpMethod) ? `\`${upper}\` (Envoy compares methods case-sensitively)` : `one of ${Object.values(HttpMethod).join(', ')}`;
    throw new Error(`invalid HTTP method \`${String(method)}\`: expected ${cure}`);
  }
  return [...new Set(methods)].sort();
}
