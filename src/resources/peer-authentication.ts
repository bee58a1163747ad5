import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { MeshResource } from './mesh-resource';
import { podSelector, selectingMetadata, selectorOf } from './pod-selector';
import { Synthesis } from './synthesis';
import type { Workload } from './workload';
import * as security from '../../imports/security.istio.io';
import { checkedPort } from '../model/ingress-gateway';

/** Whether the selected pods take plain text from other pods. */
export enum PeerMode {
  /** Only mutual TLS of the mesh. */
  STRICT = 'STRICT',
  /** Mutual TLS and plain text; policies see no identity of plain-text callers. */
  PERMISSIVE = 'PERMISSIVE',
  /** Plain text only: gateways send it too, so policies by principal refuse everybody. */
  DISABLE = 'DISABLE',
  /** What the namespace or the mesh says. */
  UNSET = 'UNSET',
}

/** The mode of one port. */
export interface PortPeerMode {
  /** The container port. */
  readonly port: number;
  /** Its mode. */
  readonly mode: PeerMode;
}

/** Properties of a `PeerAuthentication`. */
export interface PeerAuthenticationProps {
  /**
   * Name, namespace, labels and annotations.
   * @default - the construct id as name, the chart's namespace or `default`
   */
  readonly metadata?: ApiObjectMetadata;
  /**
   * Labels of the pods.
   * @default - the labels of `workload`
   */
  readonly selector?: { [key: string]: string };
  /**
   * The workload: the source of selector and namespace.
   * @default - what `selector` says
   */
  readonly workload?: Workload;
  /**
   * Leaves the selector out: the mode applies to every pod of the namespace, in the mesh's root namespace to the whole mesh.
   * @default false
   */
  readonly wholeNamespace?: boolean;
  /**
   * The mode.
   * @default PeerMode.STRICT
   */
  readonly mode?: PeerMode;
  /**
   * Modes of single ports; needs a selector.
   * @default - none
   */
  readonly ports?: PortPeerMode[];
}

/**
 * Istio's PeerAuthentication: whether pods demand mutual TLS of the mesh.
 *
 * Of several with a selector for the same pods, Istio takes the oldest and ignores the others.
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export class PeerAuthentication extends MeshResource {
  /** The API object behind this resource. */
  public readonly apiObject: ApiObject;

  /** Defines the resource. Throws on an unknown mode, and on ports without a selector, which Istio refuses. */
  public constructor(scope: Construct, id: string, props: PeerAuthenticationProps) {
    super(scope, id);
    const what = `peer authentication \`${id}\``;
    const selector = podSelector(what, props);
    const mode = checkedMode(props.mode ?? PeerMode.STRICT);
    if (props.ports?.length === 0) throw new Error(`empty list \`ports\` of ${what}: leave the field out`);
    if (props.ports && !selector) throw new Error(`${what} has \`ports\` for a whole namespace: Istio refuses that, give a selector`);
    const ports = props.ports?.map((entry) => [String(checkedPort(entry.port)), { mode: checkedMode(entry.mode) }]);
    this.apiObject = new security.PeerAuthentication(this, 'Resource', {
      metadata: selectingMetadata(this, what, props.metadata, id, props.workload),
      spec: Lazy.any({
        produce: (): security.PeerAuthenticationSpec => ({
          ...(selector ? { selector: { matchLabels: selectorOf(selector) } } : {}),
          mtls: { mode: mode as string as security.PeerAuthenticationSpecMtlsMode },
          ...(ports ? { portLevelMtls: Object.fromEntries(ports) } : {}),
        }),
      }),
    });
    Synthesis.of(this).addCheck(this, () => props.workload?._problems() ?? []);
  }
}

function checkedMode(mode: PeerMode): PeerMode {
  if (Object.values(PeerMode).includes(mode)) return mode;
  throw new Error(`invalid mode \`${String(mode)}\`: expected one of ${Object.values(PeerMode).map((name) => `\`${name}\``).join(', ')}`);
}
