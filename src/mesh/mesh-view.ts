import { expandApiRule } from './api-rule';
import { HostOccupation, oldestFirst } from './api-rule-hosts';
import { AuthorizationPolicy, readAuthorizationPolicy } from './authorization-policy';
import { mergeDelegates } from './delegate';
import { DestinationRule, readDestinationRule } from './destination-rule';
import { expandExternalGateway } from './external-gateway';
import { GatewayObject, readGateway } from './gateway';
import { grouped, putInto } from './groups';
import { KubeObject, readObject } from './kube-object';
import { presumedKymaGateway } from './kyma-gateway';
import { surelySelects } from './labels';
import { readPeerAuthentication, PeerAuthentications } from './peer-authentication';
import { ScopeIndex, Scoped, selectorOf } from './policy-scope';
import { refusalOf } from './refusal';
import { JwtRule, readRequestAuthentication, RequestAuthentication } from './request-authentication';
import { CredentialStore } from './secret';
import { readServices, Service } from './service';
import { readServiceEntry, ServiceEntry } from './service-entry';
import { GivenSettings, MeshSettings, readSettings } from './settings';
import { at, field, list, text, Value } from './value';
import { HeaderChangesReader, readVirtualService, VirtualService } from './virtual-service';
import { readWorkloads, Workload } from './workload';

/** A workload that is described instead of being among the manifests. */
export interface GivenWorkload {
  readonly workload: Workload;
  /** The Service in front of it, if any. */
  readonly service?: Service;
}

/** How manifests are to be read. */
export interface MeshReading extends GivenSettings {
  /** The manifests are all there is: what is not among them does not exist. */
  readonly complete: boolean;
  /** Objects without creation time were created in one second. */
  readonly sameTime: boolean;
  readonly workloads: readonly GivenWorkload[];
  readonly secrets: readonly string[];
}

/** An object that is among the manifests and takes no effect, and why. */
export interface RefusedObject extends Scoped {
  readonly reason: string;
}

/** Something that changes proxies in ways that are not modelled. */
export interface ProxyExtension extends Scoped {
  readonly text: string;
}

const EXTENSIONS = new Map([['EnvoyFilter', 'networking.istio.io'], ['WasmPlugin', 'extensions.istio.io'], ['TrafficExtension', 'extensions.istio.io']]);
const SECURITY_KINDS = new Set(['AuthorizationPolicy', 'RequestAuthentication', 'PeerAuthentication']);

/** Manifests as one immutable typed view: what is where, and what Istio makes of it. */
export class MeshView {
  public readonly settings: MeshSettings;
  public readonly complete: boolean;
  public readonly sameTime: boolean;
  public readonly gateways: readonly GatewayObject[];
  public readonly virtualServices: readonly VirtualService[];
  public readonly policies: ScopeIndex<AuthorizationPolicy>;
  public readonly authentications: ScopeIndex<RequestAuthentication>;
  public readonly jwtRules: readonly JwtRule[];
  public readonly peerAuthentications: PeerAuthentications;
  public readonly destinationRules: readonly DestinationRule[];
  public readonly serviceEntries: readonly ServiceEntry[];
  public readonly extensions: ScopeIndex<ProxyExtension>;
  public readonly refused: readonly RefusedObject[];
  /** The refused ones that would have guarded something. */
  public readonly refusedGuards: ScopeIndex<RefusedObject>;
  public readonly credentials: CredentialStore;
  public readonly services: readonly Service[];
  public readonly workloads: readonly Workload[];

  private readonly byGateway = new Map<string, VirtualService[]>();
  private readonly servicesByName: ReadonlyMap<string, Service>;
  private readonly workloadsByNamespace: ReadonlyMap<string, readonly Workload[]>;

  /**
   * @param written the objects of the manifests, in order
   * @param reading how they are to be read
   */
  public constructor(written: readonly KubeObject[], reading: MeshReading) {
    const found = unique(written);
    this.complete = reading.complete;
    this.sameTime = reading.sameTime;
    this.settings = readSettings(found, reading);
    this.services = [...readServices(found), ...reading.workloads.flatMap(({ service }) => service ?? [])];
    this.servicesByName = new Map(this.services.map((service) => [`${service.namespace}/${service.name}`, service]));
    this.workloads = [...readWorkloads(found), ...reading.workloads.map(({ workload }) => workload)];
    this.workloadsByNamespace = grouped(this.workloads, ({ namespace }) => namespace);
    const refused: RefusedObject[] = [];
    const refuse = (object: KubeObject, reason: string) => {
      refused.push({ object, reason, selector: selectorOf(object) ?? new Map<string, string>() });
    };
    const made = this.expand(found, refuse);
    const objects = (made.length === 0 ? found : unique([...found, ...made])).filter((object) => {
      const reason = isIstio(object) ? refusalOf(object, this.settings.behaviour.minor) : undefined;
      if (reason !== undefined) refuse(object, reason);
      return reason === undefined;
    });
    const of = (kind: string, group: string) => objects.filter((object) => object.kind === kind && object.group === group);
    const gateways = of('Gateway', 'networking.istio.io').map(readGateway);
    const changes = new HeaderChangesReader();
    this.virtualServices = mergeDelegates(of('VirtualService', 'networking.istio.io').map((object) => readVirtualService(object, changes)), this.settings.defaultVirtualServiceExportTo, !this.complete);
    const kyma = this.complete ? undefined : presumedKymaGateway(gateways, this.virtualServices);
    this.gateways = kyma === undefined ? gateways : [...gateways, kyma];
    this.policies = new ScopeIndex(of('AuthorizationPolicy', 'security.istio.io').flatMap((object) => readAuthorizationPolicy(object) ?? []));
    const authentications = of('RequestAuthentication', 'security.istio.io').flatMap((object) => readRequestAuthentication(object) ?? []);
    this.authentications = new ScopeIndex(authentications);
    this.jwtRules = authentications.flatMap(({ rules }) => rules);
    this.peerAuthentications = new PeerAuthentications(of('PeerAuthentication', 'security.istio.io').map(readPeerAuthentication), this.settings.rootNamespace, this.sameTime);
    this.destinationRules = of('DestinationRule', 'networking.istio.io').map(readDestinationRule);
    this.serviceEntries = of('ServiceEntry', 'networking.istio.io').map(readServiceEntry);
    const listening = of('Sidecar', 'networking.istio.io').filter(({ spec }) => list(field(spec, 'ingress')).length > 0);
    this.extensions = new ScopeIndex([...[...EXTENSIONS].flatMap(([kind, group]) => of(kind, group)), ...listening].flatMap(readExtension));
    this.refused = refused;
    this.refusedGuards = new ScopeIndex(refused.filter(({ object }) => SECURITY_KINDS.has(object.kind)));
    this.credentials = new CredentialStore(objects, reading.secrets, reading.complete);
    for (const service of this.virtualServices) {
      for (const gateway of new Set(service.gateways)) putInto(this.byGateway, gateway, service);
    }
  }

  /** The Service of a name. */
  public service(namespace: string, name: string): Service | undefined {
    return this.servicesByName.get(`${namespace}/${name}`);
  }

  /** The workloads of a namespace. */
  public workloadsIn(namespace: string): readonly Workload[] {
    return this.workloadsByNamespace.get(namespace) ?? [];
  }

  /** The VirtualServices bound to a gateway `namespace/name`. */
  public virtualServicesOf(gateway: string): readonly VirtualService[] {
    return this.byGateway.get(gateway) ?? [];
  }

  /** What applies to a workload: items of its own namespace and of the root namespace. */
  public scoped<T extends Scoped>(index: ScopeIndex<T>, workload: Workload): T[] {
    const { rootNamespace } = this.settings;
    const own = index.candidates(workload.namespace, workload);
    return workload.namespace === rootNamespace ? own : [...index.candidates(rootNamespace, workload), ...own];
  }

  private expand(objects: readonly KubeObject[], refuse: (object: KubeObject, reason: string) => void): KubeObject[] {
    const made: KubeObject[] = [];
    const add = (origin: KubeObject, documents: readonly Value[]) => made.push(...read(documents, next + made.length, origin));
    const next = 1 + objects.reduce((last, { index }) => Math.max(last, index), -1);
    for (const object of objects.filter(({ kind, group }) => kind === 'ExternalGateway' && group === 'gateway.kyma-project.io')) add(object, expandExternalGateway(object));
    const rules = objects.filter(({ kind, group }) => kind === 'APIRule' && group === 'gateway.kyma-project.io');
    if (rules.length === 0) return made;
    const gateways = new Map([...objects, ...made].filter(({ kind, group }) => kind === 'Gateway' && group === 'networking.istio.io').map((object) => [`${object.namespace}/${object.name}`, readGateway(object)]));
    const occupation = new HostOccupation(objects.filter((object) => object.kind === 'VirtualService' && isIstio(object) && refusalOf(object, this.settings.behaviour.minor) === undefined));
    for (const object of oldestFirst(rules)) {
      const { objects: expanded, problem } = expandApiRule(object, (text(at(object.body, 'apiVersion')) ?? '').split('/')[1], {
        selector: (namespace, name) => this.service(namespace, name)?.selector ?? (this.complete ? undefined : new Map([[SERVICE_LABEL, `${namespace}/${name}`]])),
        bare: (namespace, name) => this.bareBehind(namespace, name),
        occupant: (host, rule) => occupation.occupant(host, rule),
        authorizers: this.settings.httpAuthorizers === undefined && !this.complete ? undefined : new Set(this.settings.httpAuthorizers),
        gatewayHosts: (name) => gateways.get(name)?.servers.flatMap(({ hosts }) => hosts) ?? (this.complete ? undefined : []),
      });
      if (problem !== undefined) refuse(object, problem);
      add(object, expanded);
      occupation.take(expanded, object);
    }
    return made;
  }

  private bareBehind(namespace: string, name: string): string | undefined {
    const service = this.service(namespace, name);
    if (service === undefined || service.selector.size === 0) return undefined;
    const bare = this.workloadsIn(namespace).find(({ proxied, labels }) => !proxied && surelySelects(service.selector, labels));
    return bare === undefined ? undefined : `${bare.namespace}/${bare.name}`;
  }
}

/** Stands for the selector of a Service that is not among the manifests: its pods carry it, no other pods do. */
export const SERVICE_LABEL = 'selected by service';

function read(documents: readonly Value[], start: number, origin: KubeObject): KubeObject[] {
  return documents.flatMap((document, index) => {
    const object = readObject(document, start + index);
    return object === undefined ? [] : [{ ...object, origin }];
  });
}

/** Of objects with one name the last one counts, as when they are applied in order. */
function unique(objects: readonly KubeObject[]): KubeObject[] {
  const last = new Map<string, KubeObject>();
  for (const object of objects) last.set(object.key, object);
  return last.size === objects.length ? [...objects] : [...last.values()];
}

function isIstio({ group }: KubeObject): boolean {
  return group === 'networking.istio.io' || group === 'security.istio.io';
}

function readExtension(object: KubeObject): ProxyExtension[] {
  const labels = object.kind === 'EnvoyFilter' || object.kind === 'Sidecar' ? at(object.spec, 'workloadSelector', 'labels') : at(object.spec, 'selector', 'matchLabels');
  const selector = new Map(Object.entries(typeof labels === 'object' && labels !== null ? labels : {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  return [{ object, selector, text: `${object.kind} ${object.namespace}/${object.name}` }];
}
