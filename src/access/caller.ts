import { Client, ClientKind, Token } from '../authz';

/** Who asks: a client, and the token that it brings. One example stands for all who are treated alike. */
export interface Caller {
  /** In words, e.g. `certificate O=Example,CN=client` or `no certificate, token of https://idp.test`. */
  readonly name: string;
  readonly client: Client;
  readonly token?: Token;
  /** What the token is, in words. */
  readonly tokenName?: string;
  /** Whom the token is for, where it says so. */
  readonly audience?: string;
  /** Whether any manifest names it: an identity, an account or an issuer; the others stand for everybody else. */
  readonly named: boolean;
}

/** A client as policies may know it. */
export interface NamedClient {
  readonly name: string;
  readonly client: Client;
  readonly named: boolean;
}

/** A token as policies may know it. */
export interface NamedToken {
  readonly name: string;
  readonly token: Token;
  /** Whom it is for, where it says so. */
  readonly audience?: string;
  readonly named: boolean;
}

/** Whether a client calls Services directly, past the gateways. */
export function isInMesh({ client }: Pick<Caller, 'client'>): boolean {
  return client.kind === ClientKind.IN_MESH;
}

/** A client with a token, or without. */
export function callerOf(client: NamedClient, token?: NamedToken): Caller {
  if (token === undefined) return client;
  return { name: `${client.name}, ${token.name}`, client: client.client, token: token.token, tokenName: token.name, audience: token.audience, named: client.named && token.named };
}
