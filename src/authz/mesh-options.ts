import { PathNormalization } from '../mesh/path-normalization';

/** A port of a described workload. */
export interface WorkloadPort {
  /** The port of its Service. */
  readonly port: number;
  /**
   * The port of the container behind it, which policies see.
   * @default - the port of the Service
   */
  readonly targetPort?: number;
  /**
   * The name of the Service port, by whose first word Istio tells the protocol, e.g. `http` or `tcp-db`.
   * @default - http
   */
  readonly name?: string;
}

/** Pods that are not among the manifests. */
export interface WorkloadFacts {
  /** The name of the Service in front of them. */
  readonly service: string;
  /**
   * The namespace of Service and pods.
   * @default - default
   */
  readonly namespace?: string;
  /** All labels of the pods. */
  readonly labels: { [key: string]: string };
  /** The ports of the Service. */
  readonly ports: WorkloadPort[];
  /**
   * The service account of the pods.
   * @default - default
   */
  readonly serviceAccount?: string;
  /**
   * Whether they have a sidecar.
   * @default true
   */
  readonly sidecar?: boolean;
}

/** How manifests are to be read. */
export interface MeshOptions {
  /**
   * Whether the manifests are all there is: then what is not among them does not exist. Else it is open, and answers that depend on it are undecided.
   * @default false
   */
  readonly complete?: boolean;
  /**
   * The version of Istio, `1.27` to `1.32`, with or without patch number.
   * @default - 1.32
   */
  readonly istioVersion?: string;
  /**
   * The trust domain of the mesh.
   * @default - that of the ConfigMap `istio`, else `cluster.local`
   */
  readonly trustDomain?: string;
  /**
   * Further trust domains that stand for the same identities.
   * @default - those of the ConfigMap `istio`, else none
   */
  readonly trustDomainAliases?: string[];
  /**
   * The namespace whose policies apply everywhere.
   * @default - that of the ConfigMap `istio`, else `istio-system`
   */
  readonly rootNamespace?: string;
  /**
   * How paths are rewritten before policies see them.
   * @default - that of the ConfigMap `istio`, else PathNormalization.BASE
   */
  readonly pathNormalization?: PathNormalization;
  /**
   * Workloads that are not among the manifests, gateways too.
   * @default - none
   */
  readonly workloads?: WorkloadFacts[];
  /**
   * Secrets that exist although they are not among the manifests, `namespace/name`.
   * @default - those that Certificates among the manifests will write
   */
  readonly secrets?: string[];
  /**
   * The key sets behind `jwksUri`s, as JSON.
   * @default - none: whether a signature verifies is open
   */
  readonly keySets?: { [uri: string]: string };
  /**
   * EnvoyFilters and WasmPlugins that change nothing about who gets in, `namespace/name`.
   * @default - none: each makes the answers of its proxies undecided
   */
  readonly harmless?: string[];
  /**
   * Whether objects without creation time were created in the same second, so that their names decide the order.
   * @default false
   */
  readonly createdTogether?: boolean;
}
