import { Scope } from './scope';
import { AccessRequest } from '../authz';

/** A place where a gateway hands connections on unopened: nothing is known to be alike, so every request is a class of its own. */
export class OpaqueScope implements Scope {
  public credentials(request: AccessRequest): string {
    const { headers, repeatedHeaders } = request;
    return JSON.stringify([this.client(request), headers, repeatedHeaders]);
  }

  public client({ client, token, sni, at }: AccessRequest): string {
    const certificate = client._certificate();
    return JSON.stringify([client.toString(), certificate?.chain?.map(({ pem }) => pem), token?.text, sni, at]);
  }

  public path({ path }: AccessRequest): string {
    return path;
  }

  public method({ method, httpVersion }: AccessRequest): string {
    return `${method} ${httpVersion}`;
  }

  public host({ host }: AccessRequest): string {
    return host;
  }

  public address({ clientIp }: AccessRequest): string {
    return clientIp ?? '';
  }
}
