import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { DNS_CLASS } from './dns-class';
import { MeshResource, objectMetadata } from './mesh-resource';
import * as dns from '../../imports/dns.gardener.cloud';

/** Properties of a `DnsProvider`. */
export interface DnsProviderProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The DNS service, as Gardener names it: `aws-route53`, `google-clouddns`, `azure-dns`, … */
  readonly type: string;
  /** The Secret with the access data, in the provider's namespace. It has to exist. */
  readonly secretName: string;
  /**
   * Domains that the provider serves, with all names below them.
   * @default - every domain of its zones
   */
  readonly domains?: string[];
  /**
   * The class of DNS controllers that takes the provider; `garden` in a Gardener shoot.
   * @default 'garden'
   */
  readonly dnsClass?: string;
}

/**
 * Gardener's DNSProvider: where DNS records are written, and with which access data.
 * @see https://github.com/gardener/external-dns-management
 */
export class DnsProvider extends MeshResource {
  /** The API object behind this provider. */
  public readonly apiObject: ApiObject;

  /** Defines the provider. Throws on an unknown type. */
  public constructor(scope: Construct, id: string, props: DnsProviderProps) {
    super(scope, id);
    const types = Object.values(dns.DnsProviderSpecType) as string[];
    if (!types.includes(props.type)) throw new Error(`invalid DNS provider type \`${String(props.type)}\`: expected one of ${types.map((type) => `\`${type}\``).join(', ')}`);
    if (typeof props.secretName !== 'string' || props.secretName === '') throw new Error(`DNS provider of type \`${props.type}\` has no \`secretName\`: name the Secret with its access data`);
    if (props.domains !== undefined && (!Array.isArray(props.domains) || props.domains.length === 0)) {
      throw new Error('DNS provider has no domains `[]`: leave `domains` out to serve every domain of its zones');
    }
    const metadata = objectMetadata(this, props.metadata, id);
    this.apiObject = new dns.DnsProvider(this, 'Resource', {
      metadata: { ...metadata, annotations: { [DNS_CLASS]: props.dnsClass ?? 'garden', ...metadata.annotations } },
      spec: {
        type: props.type as dns.DnsProviderSpecType,
        secretRef: { name: props.secretName },
        ...(props.domains ? { domains: { include: [...props.domains].sort() } } : {}),
      },
    });
  }
}
