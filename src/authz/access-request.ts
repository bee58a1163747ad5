import { Client } from './client';
import { Token } from './token';

/** The version of HTTP that a client speaks. */
export enum HttpVersion {
  /** HTTP/1.1. */
  HTTP_1_1 = 'HTTP/1.1',
  /** HTTP/2, which can carry bytes that HTTP/1.1 cannot. */
  HTTP_2 = 'HTTP/2',
}

/** A request, as the client sends it. */
export interface AccessRequest {
  /** Who sends it. */
  readonly client: Client;
  /** The Host header (`:authority`), with a port if the client sends one. */
  readonly host: string;
  /** The path, with its query if there is one. */
  readonly path: string;
  /**
   * The server name that the client asks for in the TLS handshake; the empty text sends none.
   * @default - the host without its port; of callers in the mesh the name that their proxies ask for, `outbound_.<port>_._.<Service>`
   */
  readonly sni?: string;
  /**
   * The port of the gateway's Service, or for callers in the mesh that of the called Service.
   * @default - 443 with TLS, 80 without; in the mesh the only port of the Service, else 80
   */
  readonly port?: number;
  /**
   * The method.
   * @default - GET
   */
  readonly method?: string;
  /**
   * Header lines, one for each name.
   * @default - none
   */
  readonly headers?: { [name: string]: string };
  /**
   * Header lines of names that are sent more than once.
   * @default - none
   */
  readonly repeatedHeaders?: { [name: string]: string[] };
  /**
   * A token, sent where the RequestAuthentication that knows its issuer looks for it, else as `Authorization: Bearer`.
   * @default - none
   */
  readonly token?: Token;
  /**
   * The gateway workload or its Service, `namespace/name`.
   * @default - the one that serves the host
   */
  readonly gateway?: string;
  /**
   * For callers in the mesh the called Service, `namespace/name`.
   * @default - the Service that the host names
   */
  readonly service?: string;
  /**
   * When the request is sent, e.g. `2030-01-31T12:00:00Z`: certificates, revocation lists and tokens are judged by it.
   * @default - now
   */
  readonly at?: string;
  /**
   * The address of the client, as the gateway sees it.
   * @default - unknown: conditions on addresses are undecided
   */
  readonly clientIp?: string;
  /**
   * The version of HTTP.
   * @default HttpVersion.HTTP_1_1
   */
  readonly httpVersion?: HttpVersion;
}
