import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import type { Destination } from './destination';
import { MeshResource, objectMetadata } from './mesh-resource';
import { Synthesis } from './synthesis';
import * as networking from '../../imports/networking.istio.io';
import { checkedLabels, checkedNamespace } from '../model/ingress-gateway';

/** How proxies connect to the destination. */
export enum ClientTlsMode {
  /** Mutual TLS with the mesh's own certificates. */
  ISTIO_MUTUAL = 'ISTIO_MUTUAL',
  /** TLS; the server's certificate is verified when a certificate authority is known. */
  SIMPLE = 'SIMPLE',
  /** TLS with a client certificate of the Secret `credentialName`. */
  MUTUAL = 'MUTUAL',
  /** Plain text, although the mesh could encrypt: workloads see no identity of the caller. */
  DISABLE = 'DISABLE',
}

/** How proxies encrypt towards the destination. */
export interface ClientTls {
  /** The mode. */
  readonly mode: ClientTlsMode;
  /**
   * The server name of the handshake.
   * @default - none; with `SIMPLE` and `MUTUAL` that of the ServiceEntry's host where the mesh sets it
   */
  readonly sni?: string;
  /**
   * Names of which the server's certificate must carry one.
   * @default - none for `SIMPLE` and `MUTUAL`, the service's own identities for `ISTIO_MUTUAL`
   */
  readonly subjectAltNames?: string[];
  /**
   * The Secret with client certificate or certificate authority; only for `SIMPLE` and `MUTUAL`.
   * @default - none
   */
  readonly credentialName?: string;
}

/** A part of the destination's pods. */
export interface DestinationSubset {
  /** The name that routes give to it. */
  readonly name: string;
  /** Labels of its pods. */
  readonly labels: { [key: string]: string };
}

/** Properties of a `DestinationRule`. */
export interface DestinationRuleProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /** The service whose callers obey the rule. */
  readonly destination: Destination;
  /**
   * How they encrypt.
   * @default - what the mesh does by itself: mutual TLS to pods with a proxy
   */
  readonly tls?: ClientTls;
  /**
   * Parts of the pods that routes can name.
   * @default - none
   */
  readonly subsets?: DestinationSubset[];
  /**
   * The namespaces whose proxies obey the rule: names, `.` for its own, `*` for all.
   * @default - all namespaces
   */
  readonly exportTo?: string[];
}

/**
 * Istio's DestinationRule: how proxies connect to a service. Everything else of its kind can be set on `apiObject`.
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export class DestinationRule extends MeshResource {
  /** The API object behind this resource. */
  public readonly apiObject: ApiObject;

  /** Defines the rule. Throws on values that Istio would refuse. */
  public constructor(scope: Construct, id: string, props: DestinationRuleProps) {
    super(scope, id);
    const what = `destination rule \`${id}\``;
    if (!props.tls && !props.subsets) throw new Error(`${what} says nothing: give \`tls\`, \`subsets\` or both`);
    if (props.tls) checkTls(what, props.tls);
    const subsets = props.subsets && checkedSubsets(what, props.subsets);
    const exportTo = props.exportTo && [...new Set(props.exportTo)].sort();
    for (const entry of exportTo ?? []) if (entry !== '.' && entry !== '*') checkedNamespace(entry);
    if (exportTo?.length === 0) throw new Error(`empty list \`exportTo\` of ${what}: leave the field out to export to all namespaces`);
    const tls = props.tls && { ...props.tls, ...(props.tls.subjectAltNames ? { subjectAltNames: [...props.tls.subjectAltNames] } : {}) };
    this.apiObject = new networking.DestinationRule(this, 'Resource', {
      metadata: objectMetadata(this, props.metadata, id),
      spec: Lazy.any({
        produce: (): networking.DestinationRuleSpec => ({
          host: props.destination._render(this.namespace).host,
          ...(exportTo ? { exportTo } : {}),
          ...(tls ? { trafficPolicy: { tls: { ...tls, mode: tls.mode as string as networking.DestinationRuleSpecTrafficPolicyTlsMode } } } : {}),
          ...(subsets ? { subsets } : {}),
        }),
      }),
    });
    Synthesis.of(this).addCheck(this, () => props.destination._problems());
  }
}

function checkTls(what: string, { mode, credentialName, subjectAltNames, sni }: ClientTls): void {
  if (!Object.values(ClientTlsMode).includes(mode)) {
    throw new Error(`invalid mode \`${String(mode)}\` of ${what}: expected one of ${Object.values(ClientTlsMode).map((name) => `\`${name}\``).join(', ')}`);
  }
  if (mode === ClientTlsMode.MUTUAL && credentialName === undefined) throw new Error(`${what} has mode \`MUTUAL\` without \`credentialName\`: name the Secret with the client certificate`);
  if (credentialName !== undefined && (mode === ClientTlsMode.ISTIO_MUTUAL || mode === ClientTlsMode.DISABLE)) {
    throw new Error(`${what} has mode \`${mode}\` with \`credentialName\`: leave it out, Istio refuses it`);
  }
  if (mode === ClientTlsMode.DISABLE && (subjectAltNames !== undefined || sni !== undefined)) throw new Error(`${what} has mode \`DISABLE\` with TLS settings: leave \`sni\` and \`subjectAltNames\` out`);
  if (subjectAltNames?.length === 0) throw new Error(`empty list \`subjectAltNames\` of ${what}: leave the field out`);
}

function checkedSubsets(what: string, subsets: DestinationSubset[]): DestinationSubset[] {
  if (!Array.isArray(subsets) || subsets.length === 0) throw new Error(`empty list \`subsets\` of ${what}: leave the field out`);
  const names = new Set<string>();
  for (const { name, labels } of subsets) {
    if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) throw new Error(`invalid subset \`${String(name)}\` of ${what}: expected a DNS label`);
    if (names.has(name)) throw new Error(`subset \`${name}\` is given twice in ${what}: give it once`);
    names.add(name);
    checkedLabels(`subset \`${name}\``, labels);
  }
  return subsets.map(({ name, labels }) => ({ name, labels: { ...labels } })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
