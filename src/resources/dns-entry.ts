import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { checkedDnsName } from './certificate-name';
import { DNS_CLASS } from './dns-class';
import { MeshResource, objectMetadata } from './mesh-resource';
import * as dns from '../../imports/dns.gardener.cloud';

/** Properties of a `DnsEntry`: exactly one of `targets` and `text`. */
export interface DnsEntryProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - from the DNS name, with `wildcard` for `*`; the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The DNS name, exact or with `*` as the whole first label. */
  readonly dnsName: string;
  /**
   * Addresses (A, AAAA) or one host name (CNAME) of the gateway's load balancer.
   * @default - `text`
   */
  readonly targets?: string[];
  /**
   * Text records.
   * @default - `targets`
   */
  readonly text?: string[];
  /**
   * Time to live in seconds.
   * @default - the provider's
   */
  readonly ttl?: number;
  /**
   * The class of DNS controllers that takes the entry; `garden` in a Gardener shoot.
   * @default 'garden'
   */
  readonly dnsClass?: string;
}

/**
 * Gardener's DNSEntry: a DNS record for a gateway.
 * @see https://github.com/gardener/external-dns-management
 */
export class DnsEntry extends MeshResource {
  /** The API object behind this entry. */
  public readonly apiObject: ApiObject;

  /** Defines the entry. Throws on a malformed name or empty records. */
  public constructor(scope: Construct, id: string, props: DnsEntryProps) {
    super(scope, id);
    const dnsName = checkedDnsName(props.dnsName);
    if ((props.targets === undefined) === (props.text === undefined)) {
      throw new Error(`DNS entry \`${dnsName}\` has ${props.targets ? 'both' : 'neither'} \`targets\` ${props.targets ? 'and' : 'nor'} \`text\`: give one of them`);
    }
    const metadata = objectMetadata(this, props.metadata, dnsName.replace(/^\*/, 'wildcard'));
    this.apiObject = new dns.DnsEntry(this, 'Resource', {
      metadata: { ...metadata, annotations: { [DNS_CLASS]: props.dnsClass ?? 'garden', ...metadata.annotations } },
      spec: {
        dnsName,
        ...(props.targets ? { targets: records('targets', props.targets, dnsName) } : {}),
        ...(props.text ? { text: records('text', props.text, dnsName) } : {}),
        ...(props.ttl === undefined ? {} : { ttl: checkedTtl(props.ttl) }),
      },
    });
  }
}

function records(what: string, values: string[], dnsName: string): string[] {
  if (!Array.isArray(values) || values.length === 0) throw new Error(`DNS entry \`${dnsName}\` has no ${what} \`[]\`: give at least one`);
  const bad = values.find((value) => typeof value !== 'string' || !/^[!-~][ -~]*$/.test(value));
  if (bad !== undefined) throw new Error(`invalid ${what} \`${String(bad)}\` of DNS entry \`${dnsName}\`: expected printable ASCII`);
  return [...new Set(values)].sort();
}

function checkedTtl(ttl: number): number {
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > 8640000) throw new Error(`invalid TTL \`${ttl}\`: expected seconds, an integer from 1 to 8640000`);
  return ttl;
}
