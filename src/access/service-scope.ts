import { Pods } from './backends';
import { Guards } from './guards';
import { credentialPart, methodPart, pathPart } from './request-parts';
import { Scope } from './scope';
import { WorkloadExamination } from './workload-examination';
import { AccessRequest } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { meshPeer, Peer } from '../authz/peer';
import { parseMoment } from '../model/moment';

const PLAIN: Peer = { tls: false };

/** A port of a Service, called directly from inside the mesh. */
export class ServiceScope implements Scope {
  public readonly ends: readonly WorkloadExamination[];

  public constructor(private readonly mesh: EvaluatedMesh, guards: Guards, pods: readonly Pods[]) {
    this.ends = pods.map((each) => new WorkloadExamination(mesh, guards, each));
  }

  public credentials(request: AccessRequest): string {
    const now = request.at === undefined ? new Date() : parseMoment(request.at);
    const identity = request.client._meshIdentity();
    const { trustDomain, trustDomainAliases } = this.mesh.view.settings;
    const domain = /^spiffe:\/\/([^/]+)/.exec(identity ?? '')?.[1];
    const peers = identity === undefined ? [PLAIN] : [meshPeer(identity), PLAIN];
    const part = credentialPart(this.mesh, request);
    return [
      this.forwarded(request),
      domain === undefined ? '-' : [trustDomain, ...trustDomainAliases].includes(domain) ? '+' : `other ${domain}`,
      ...('refused' in part ? [`!${part.refused}`] : this.ends.flatMap((end) => peers.map((peer) => [
        preflight(part.message.headers), end.credentials(part.message, request, now, peer),
      ].join(' ')))),
    ].join('\n');
  }

  public client(request: AccessRequest): string {
    const identity = request.client._meshIdentity();
    const { trustDomain, trustDomainAliases } = this.mesh.view.settings;
    const domain = /^spiffe:\/\/([^/]+)/.exec(identity ?? '')?.[1];
    const part = methodPart({ ...request, method: 'GET' });
    if (identity === undefined || domain === undefined || 'refused' in part) return request.token?.text ?? '';
    const named = this.ends.some(({ asksForwarded }) => asksForwarded);
    const known = this.ends.map(({ examination }) => examination.outcomes(['identity'], part.message, { peer: meshPeer(identity) }));
    return [request.token?.text, named ? identity : '', [trustDomain, ...trustDomainAliases].includes(domain) ? '+' : domain, ...known].join('\n');
  }

  public path(request: AccessRequest): string {
    const part = pathPart(request);
    return 'refused' in part ? `!${part.refused}` : this.ends.map(({ examination }) => examination.paths(part.message)).join(' ');
  }

  public method(request: AccessRequest): string {
    const part = methodPart(request);
    if ('refused' in part) return `!${part.refused}`;
    return [part.message.method === 'OPTIONS' ? 'preflight' : '', ...this.ends.map(({ examination }) => examination.outcomes(['method'], part.message))].join(' ');
  }

  public address(request: AccessRequest): string {
    const part = methodPart({ ...request, method: 'GET' });
    return 'refused' in part ? '!' : this.ends.map(({ examination }) => examination.outcomes(['address', 'other'], part.message, { sourceIp: request.clientIp })).join(' ');
  }

  /** The header from which a sidecar takes the address of the client: a caller in the mesh writes it as it likes. */
  private forwarded({ headers, repeatedHeaders, clientIp }: AccessRequest): string {
    if (!this.ends.some(({ examination }) => examination.asks(['address']))) return '';
    const lines = [...Object.entries(headers ?? {}), ...Object.entries(repeatedHeaders ?? {})];
    return JSON.stringify([clientIp, lines.filter(([name]) => name.toLowerCase() === 'x-forwarded-for')]);
  }

  /** How the host conditions of the workload come out. */
  public host(request: AccessRequest): string {
    const part = credentialPart(this.mesh, request);
    return 'refused' in part ? '!' : this.ends.map(({ examination }) => examination.outcomes(['host'], part.message)).join(' ');
  }
}

/** The headers that make a request a preflight, of which tokens are not read. */
export function preflight(headers: { get(name: string): string[] }): string {
  return ['origin', 'access-control-request-method'].map((name) => headers.get(name).map((value) => (value === '' ? 'e' : 'v')).join('')).join(',');
}
