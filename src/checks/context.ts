import { GatewayProxy, gatewayProxies } from '../mesh/gateway-proxy';
import { putInto } from '../mesh/groups';
import { KubeObject, readObject, unfold, Unfolded } from '../mesh/kube-object';
import { MeshReading, MeshView } from '../mesh/mesh-view';
import { Value } from '../mesh/value';
import type { MeshProfile } from '../model/mesh-profile';

/** What the manifests are for. */
export interface Profile {
  /** `1.27` to `1.32`, with or without patch number; undefined where nothing was declared. */
  readonly istioVersion?: string;
  /** Whose mesh it is. */
  readonly mesh: MeshProfile;
}

/** Where an object is written: in which of the documents, and under which keys of it. */
export interface Place extends Unfolded {
  readonly document: number;
}

/** Everything that checks read: the objects as written, and what Istio makes of them. */
export class CheckContext {
  /** Every object as it is written, in order, those included that the API server refuses and those that are there twice. */
  public readonly objects: readonly KubeObject[];
  /** Where each object is written, by its `index`. */
  public readonly places: readonly Place[];
  /** What Istio makes of them. */
  public readonly view: MeshView;
  /** The gateway pods and what they serve. */
  public readonly proxies: readonly GatewayProxy[];

  private readonly byKind = new Map<string, KubeObject[]>();

  /**
   * @param documents the manifests as parsed
   * @param profile what they are for
   * @param reading how the mesh view reads them, where it differs from objects that are not applied yet and may not be all
   * @param at the moment that clock-dependent checks judge; without it they are silent
   * @param outputFile the file that a document is written to; without it nothing is known of files
   */
  public constructor(
    documents: readonly Value[],
    public readonly profile: Profile,
    reading: Partial<MeshReading> = {},
    public readonly at?: Date,
    private readonly outputFile?: (document: number) => string | undefined,
  ) {
    this.places = documents.flatMap((value, document) => unfold(value).map((unfolded) => ({ ...unfolded, document })));
    this.objects = this.places.flatMap(({ value }, index) => readObject(value, index) ?? []);
    this.view = new MeshView(this.objects, {
      complete: false,
      sameTime: true,
      workloads: [],
      secrets: [],
      istioVersion: profile.istioVersion,
      ...reading,
    });
    this.proxies = gatewayProxies(this.view);
    for (const object of this.objects) putInto(this.byKind, `${object.group}/${object.kind}`, object);
  }

  /** The objects of a kind as they are written. */
  public of(kind: string, group: string): readonly KubeObject[] {
    return this.byKind.get(`${group}/${kind}`) ?? [];
  }

  /** Where an object is written; of one that Kyma's operator makes, where that which it is made from is. Undefined for what every cluster has. */
  public placeOf(object: KubeObject): Place | undefined {
    return this.places[(object.origin ?? object).index];
  }

  /** Whether it is known which file each object is written to. */
  public get knowsFiles(): boolean {
    return this.outputFile !== undefined;
  }

  /** The file that an object is written to, where that is known. */
  public fileOf(object: KubeObject): string | undefined {
    const place = this.placeOf(object);
    return place === undefined ? undefined : this.outputFile?.(place.document);
  }
}
