import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { MeshResource, objectMetadata } from './mesh-resource';
import * as gardener from '../../imports/cert.gardener.cloud';

/** How an ACME server is used (RFC 8555). */
export interface AcmeIssuer {
  /** The directory URL of the ACME server. */
  readonly server: string;
  /** The e-mail address of the account. */
  readonly email: string;
  /**
   * The Secret with the account's private key.
   * @default - the controller registers an account and makes a Secret
   */
  readonly accountKeySecretName?: string;
  /**
   * Domains that this issuer is used for, with all names below them.
   * @default - every domain
   */
  readonly domains?: string[];
}

/** Properties of a `GardenerIssuer`: exactly one of `acme` and `caSecretName`. */
export interface GardenerIssuerProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Orders certificates from an ACME server.
   * @default - a CA of one's own
   */
  readonly acme?: AcmeIssuer;
  /**
   * Signs with the CA whose certificate and key are in this Secret (`tls.crt`, `tls.key`) of the issuer's namespace.
   * @default - an ACME server
   */
  readonly caSecretName?: string;
}

/**
 * Gardener's Issuer: where the shoot's certificate service orders certificates.
 * @see https://github.com/gardener/cert-management
 */
export class GardenerIssuer extends MeshResource {
  /** The API object behind this issuer. */
  public readonly apiObject: ApiObject;

  /** Defines the issuer. Throws unless exactly one way of issuing is given. */
  public constructor(scope: Construct, id: string, props: GardenerIssuerProps) {
    super(scope, id);
    if ((props.acme === undefined) === (props.caSecretName === undefined)) {
      throw new Error(`issuer \`${props.metadata?.name ?? id}\` has ${props.acme ? 'both' : 'neither'} \`acme\` ${props.acme ? 'and' : 'nor'} \`caSecretName\`: give one of them`);
    }
    if (props.acme) checkAcme(props.acme);
    const metadata = objectMetadata(this, props.metadata, id);
    this.apiObject = new gardener.Issuer(this, 'Resource', {
      metadata,
      spec: props.acme
        ? {
          acme: {
            server: props.acme.server,
            email: props.acme.email,
            ...(props.acme.accountKeySecretName === undefined
              ? { autoRegistration: true }
              : { privateKeySecretRef: { name: props.acme.accountKeySecretName, namespace: metadata.namespace } }),
            ...(props.acme.domains ? { domains: { include: [...props.acme.domains].sort() } } : {}),
          },
        }
        : { ca: { privateKeySecretRef: { name: props.caSecretName, namespace: metadata.namespace } } },
    });
  }
}

function checkAcme({ server, email, domains }: AcmeIssuer): void {
  if (typeof server !== 'string' || !/^https:\/\/[!-~]+$/.test(server)) throw new Error(`invalid ACME server \`${String(server)}\`: expected its directory URL, beginning with \`https://\``);
  if (typeof email !== 'string' || !/^[!-?A-~]+@[!-?A-~]+$/.test(email)) throw new Error(`invalid e-mail address \`${String(email)}\`: expected \`name@domain\``);
  if (domains !== undefined && (!Array.isArray(domains) || domains.length === 0)) throw new Error('issuer has no domains `[]`: leave `domains` out to use it for every domain');
}
