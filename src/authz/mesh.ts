import { AccessRequest } from './access-request';
import { ClientKind, Client } from './client';
import { Decision } from './decision';
import { evaluate, EvaluatedMesh } from './evaluation';
import { MeshOptions, WorkloadFacts } from './mesh-options';
import { SecurityCatalogue } from './proxy-security';
import { Token } from './token';
import { parseDocuments, requireReadable } from '../mesh/documents';
import { GatewayProxy, gatewayProxies } from '../mesh/gateway-proxy';
import { readObjects } from '../mesh/kube-object';
import { GivenWorkload, MeshView } from '../mesh/mesh-view';

/** What a mesh does with requests, told from its manifests alone. */
export class Mesh {
  /**
   * Reads manifests: of any origin, `List` objects included.
   *
   * Throws when they are nested deeper than 200 levels. Objects that the API server would refuse take no effect: see `refused`.
   * @param documents the objects, e.g. of `Testing.synth(chart)`
   * @param options how they are to be read
   */
  public static fromManifests(documents: any[], options: MeshOptions = {}): Mesh {
    if (!Array.isArray(documents)) throw new Error(`manifests are ${documents === null ? 'null' : `of type ${typeof documents}`}: expected a list of objects; for text use \`Mesh.fromYaml\``);
    requireReadable(documents);
    return new Mesh(documents, options);
  }

  /**
   * Reads manifests from YAML text, any number of documents.
   *
   * Throws for text that is no YAML, longer than 64 MiB, nested deeper than 200 levels, or swollen by aliases.
   * @param yaml the text
   * @param options how the manifests are to be read
   */
  public static fromYaml(yaml: string, options: MeshOptions = {}): Mesh {
    return Mesh.fromManifests(parseDocuments(yaml), options);
  }

  private readonly view: MeshView;
  private readonly proxies: readonly GatewayProxy[];
  private readonly security: SecurityCatalogue;

  private constructor(documents: readonly any[], options: MeshOptions) {
    this.view = new MeshView(readObjects(documents), {
      istioVersion: options.istioVersion,
      trustDomain: options.trustDomain,
      trustDomainAliases: options.trustDomainAliases,
      rootNamespace: options.rootNamespace,
      pathNormalization: options.pathNormalization,
      complete: options.complete === true,
      sameTime: options.createdTogether === true,
      workloads: (options.workloads ?? []).map(describeWorkload),
      secrets: options.secrets ?? [],
    });
    this.proxies = gatewayProxies(this.view);
    this.security = new SecurityCatalogue(this.view, new Map(Object.entries(options.keySets ?? {})), new Set(options.harmless ?? []));
  }

  /**
   * Says what becomes of a request, and why.
   * @param request the request as the client sends it
   */
  public evaluate(request: AccessRequest): Decision {
    if (!(request?.client instanceof Client)) throw new Error('a request has no `client`: use `Client.verified(…)`, `Client.fromPem(…)`, `Client.none()` or `Client.inMesh(…)`');
    if (typeof request.host !== 'string' || typeof request.path !== 'string') throw new Error('a request needs a `host` and a `path`, both text');
    if (request.token !== undefined && !(request.token instanceof Token)) throw new Error('the `token` of a request is no Token: use `Token.of(…)` or `Token.verified(…)`');
    if (request.client.kind === ClientKind.IN_MESH && request.service !== undefined && !/^[^/]+\/[^/]+$/.test(request.service)) {
      throw new Error(`invalid service \`${request.service}\`: expected the form \`namespace/name\``);
    }
    return evaluate(this._evaluated(), request);
  }

  /**
   * What requests are evaluated against.
   * @internal
   */
  public _evaluated(): EvaluatedMesh {
    return { view: this.view, proxies: this.proxies, security: this.security };
  }

  /** The trust domain of the mesh: as given, or of the ConfigMap `istio`, or `cluster.local`. */
  public get trustDomain(): string {
    return this.view.settings.trustDomain;
  }

  /** The objects that take no effect because the API server or Istio refuses them, each with the reason. */
  public get refused(): string[] {
    return this.view.refused.map(({ object, reason }) => `${object.kind} ${object.namespace}/${object.name}: ${reason}`);
  }
}

function describeWorkload(facts: WorkloadFacts): GivenWorkload {
  const namespace = facts.namespace ?? 'default';
  const labels = new Map(Object.entries(facts.labels));
  return {
    workload: {
      namespace,
      name: facts.service,
      labels: { known: labels, complete: true },
      serviceAccount: facts.serviceAccount ?? 'default',
      proxied: facts.sidecar !== false,
      namedPorts: new Map(),
    },
    service: {
      namespace,
      name: facts.service,
      selector: labels,
      labels: new Map(),
      external: false,
      ports: facts.ports.map(({ port, targetPort, name }) => ({ port, targetPort: targetPort ?? port, name: name ?? 'http', http: !/^(tcp|tls|https|mongo|mysql|redis)(-|$)/i.test(name ?? 'http') })),
    },
  };
}
