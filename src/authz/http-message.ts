import { HeaderLines } from './header-lines';

/** A request as one proxy hands it to the next. */
export interface HttpMessage {
  readonly method: string;
  /** The host with its port, if the client sent one. */
  readonly authority: string;
  /** Without query; one character per byte. */
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
  readonly scheme: 'http' | 'https';
  readonly headers: HeaderLines;
}

/** The values of a header, or of a pseudo-header such as `:method`; `host` is another name of `:authority`. */
export function headerValues(message: HttpMessage, name: string): string[] {
  switch (name) {
    case ':authority':
    case 'host': return [message.authority];
    case ':method': return [message.method];
    case ':path': return [message.path + message.query];
    case ':scheme': return [message.scheme];
    default: return message.headers.get(name);
  }
}

/** A host without its port, as virtual hosts compare it. */
export function withoutPort(authority: string): string {
  const parsed = /^(.*):(\d{1,9})$/s.exec(authority);
  if (parsed === null || Number(parsed[2]) > 65535 || (parsed[1].includes(':') && !parsed[1].endsWith(']'))) return authority;
  return parsed[1];
}
