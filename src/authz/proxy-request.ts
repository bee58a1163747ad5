import { HttpMessage } from './http-message';
import { Peer } from './peer';
import { Choices } from '../mesh/choices';
import { MeshSettings } from '../mesh/settings';
import { Value } from '../mesh/value';

/** A request at one proxy: all that its policies can ask about. */
export interface ProxyRequest {
  readonly message: HttpMessage;
  readonly peer: Peer;
  /** The claims of a verified token. */
  readonly claims: Value;
  /** The port on which the proxy took the connection, behind the Service. */
  readonly port: number;
  /** The address of the other end of the connection, where it is known. */
  readonly sourceIp?: string;
  /** The address of the client before any trusted proxy, where it is known. */
  readonly remoteIp?: string;
  readonly settings: MeshSettings;
  readonly choices: Choices;
}
