import { AddressInfo } from 'node:net';
import * as tls from 'node:tls';

/** One side of a connection. */
export interface Side {
  /** Certificate and intermediates. */
  readonly chain?: string;
  readonly key?: string;
  /** Trust anchors. */
  readonly anchors: string[];
  readonly lists?: string[];
}

/** What each side thinks of the other: `ok` or OpenSSL's code. */
export interface Verdicts {
  readonly client: string;
  readonly server: string;
}

export const HOST = 'api.example.com';

const options = ({ chain, key, anchors, lists }: Side) => ({ cert: chain, key, ca: anchors, ...lists === undefined ? {} : { crl: lists } });

export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** A server of Node that asks for a client certificate, and says `hello` to those it accepts. */
export async function listen(side: Side, onVerdict: (verdict: string) => void = () => undefined): Promise<Listening> {
  const server = tls.createServer({ ...options(side), requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on('error', () => undefined).resume();
    onVerdict(socket.authorized ? 'ok' : String(socket.authorizationError));
    socket.end(socket.authorized ? 'hello\n' : '');
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => onVerdict(`aborted: ${error.code}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Connects as a client of Node and reads until the server closes. */
export async function connect(side: Side, port: number): Promise<{ verdict: string; received: string }> {
  return new Promise((resolve) => {
    let received = '';
    const socket = tls.connect({ ...options(side), host: '127.0.0.1', port, servername: HOST });
    socket.on('data', (data) => {
      received += data.toString();
      // OpenSSL's server would wait for more.
      socket.end();
    });
    socket.on('secureConnect', () => socket.write('olleh\n'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve({ verdict: String(error.code), received }));
    socket.on('close', () => resolve({ verdict: 'ok', received }));
  });
}

/** A handshake of Node with Node. */
export async function handshake(server: Side, client: Side): Promise<Verdicts> {
  let verdict = 'none';
  const { port, close } = await listen(server, (said) => {
    verdict = said;
  });
  const seen = await connect(client, port);
  await close();
  return { client: seen.verdict, server: verdict };
}
