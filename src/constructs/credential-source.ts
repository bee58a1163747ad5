import type { Construct } from 'constructs';
import type { FileMount } from './file-mount';
import type { CertificateChain } from '../model/certificate-chain';
import type { HostPattern } from '../model/host-pattern';
import type { GatewayTls } from '../resources/gateway-server';

/** Where the objects of a gateway's certificates go. */
export interface ManifestTarget {
  /** The construct to blame when two gateways want different contents. */
  readonly owner: Construct;
  readonly scope: Construct;
  /** The namespace of the gateway's pods. */
  readonly namespace: string;
  readonly labels?: { [key: string]: string };
  readonly annotations?: { [key: string]: string };
}

/** Where a server certificate and its key come from. */
export interface CredentialSource {
  /** The Secret that the Gateway names; none for files. */
  readonly secretName?: string;
  /** The certificates, where they are known at synth. */
  readonly chain?: CertificateChain;
  readonly mounts: FileMount[];
  /** Whether the Secret is rendered here, with certificate and key and nothing else. */
  readonly complete: boolean;
  readonly tls: Pick<GatewayTls, 'credentialName' | 'serverCertificate' | 'privateKey'>;
  /** Throws when the certificate does not cover a host, or is not valid on the given day. */
  check(hosts: HostPattern[], validAt?: string): void;
  render(target: ManifestTarget, hosts: HostPattern[]): void;
}
