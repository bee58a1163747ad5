import type { HostBinding } from './host-binding';
import type { ServerCredential } from './server-credential';
import type { TlsVersion } from '../resources/gateway-server';

/** One server of a gateway: hosts that share a certificate and a port. */
export interface TlsServer {
  /** Hosts, exact (`app.example.com`) or wildcards (`*.example.com`, which does not cover `example.com` itself). */
  readonly hosts: string[];
  /** Certificate and private key of the server. */
  readonly credential: ServerCredential;
  /**
   * The Service port of the ingress workload.
   * @default 443
   */
  readonly port?: number;
  /**
   * The oldest version of TLS that clients may use.
   * @default TlsVersion.TLS_1_2
   */
  readonly minimumTls?: TlsVersion;
  /**
   * From which namespaces routes may attach themselves to the hosts.
   * @default HostBinding.anyNamespace()
   */
  readonly bindTo?: HostBinding;
  /**
   * The name of the port in the Gateway object.
   * @default - from port and first host, e.g. `https-443-app-example-com`
   */
  readonly name?: string;
}
