import { GatewayProxy, gatewayProxies } from '../mesh/gateway-proxy';
import { flatten, KubeObject, readObject } from '../mesh/kube-object';
import { MeshReading, MeshView } from '../mesh/mesh-view';
import { Value } from '../mesh/value';

/** What the manifests are for. */
export interface Profile {
  /** `1.27` to `1.32`, with or without patch number; undefined where nothing was declared. */
  readonly istioVersion?: string;
  /** Whether the gateways belong to Kyma. */
  readonly kyma: boolean;
}

/** Everything that checks read: the objects as written, and what Istio makes of them. */
export class CheckContext {
  /** Every object as it is written, in order, those included that the API server refuses and those that are there twice. */
  public readonly objects: readonly KubeObject[];
  /** What Istio makes of them. */
  public readonly view: MeshView;
  /** The gateway pods and what they serve. */
  public readonly proxies: readonly GatewayProxy[];

  public constructor(documents: readonly Value[], public readonly profile: Profile, reading: Partial<MeshReading> = {}, public readonly at?: Date) {
    this.objects = flatten(documents).flatMap((document, index) => readObject(document, index) ?? []);
    this.view = new MeshView(documents, {
      complete: false,
      sameTime: true,
      workloads: [],
      secrets: [],
      istioVersion: profile.istioVersion,
      ...reading,
    });
    this.proxies = gatewayProxies(this.view);
  }

  /** The objects of a kind as they are written. */
  public of(kind: string, group: string): KubeObject[] {
    return this.objects.filter((object) => object.kind === kind && object.group === group);
  }
}
