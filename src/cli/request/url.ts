/** What a URL says of a request. Nothing in it is normalised: what matters here is what goes over the wire. */
export interface RequestUrl {
  readonly secure: boolean;
  /** The Host header: the port only where it is not the usual one. */
  readonly host: string;
  /** The port that is written; undefined without one. */
  readonly port?: number;
  /** Path and query, as written. */
  readonly path: string;
}

const URL_FORM = /^(https?):\/\/([^/?#]*)(.*)$/is;

/** Whether an argument is meant as a URL. */
export function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Reads a URL without changing its path. Throws for what is none of HTTP or HTTPS. */
export function parseUrl(text: string): RequestUrl {
  const [, scheme, authority, rest] = URL_FORM.exec(text) ?? [];
  if (scheme === undefined || authority === '') throw new Error(`invalid URL \`${text}\`: expected \`https://<host>[:<port>]/<path>\` or \`http://…\``);
  if (authority.includes('@')) throw new Error(`invalid URL \`${text}\`: user names in URLs are not sent; give a header with the credentials instead`);
  const secure = scheme.toLowerCase() === 'https';
  const [, name, digits] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  if (name === undefined || name === '' || (port !== undefined && (!/^\d{1,5}$/.test(digits) || port < 1 || port > 65535))) {
    throw new Error(`invalid URL \`${text}\`: expected a host, and a port from 1 to 65535`);
  }
  const usual = port === undefined || port === (secure ? 443 : 80);
  return { secure, host: usual ? name : authority, port, path: rest.startsWith('/') ? rest : `/${rest}` };
}
