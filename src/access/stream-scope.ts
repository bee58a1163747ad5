import { podsOf } from './backends';
import { Stream } from './connection';
import { Guards } from './guards';
import { relevantFields, RuleFields, testsOf } from './policy-tests';
import { methodPart } from './request-parts';
import { Examination, Scope } from './scope';
import { ServiceScope } from './service-scope';
import { WorkloadExamination } from './workload-examination';
import { AccessRequest, Client, ClientKind } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { handshake } from '../authz/handshake';
import { withoutPort } from '../authz/http-message';
import { Peer } from '../authz/peer';
import { findBackend } from '../mesh/backend';
import { explore } from '../mesh/choices';
import { isPassThrough } from '../mesh/gateway';
import { parseMoment } from '../model/moment';

const MAX_VARIANTS = 16;

/**
 * A place where a gateway hands connections on without reading HTTP: TCP, and TLS that it opened or left closed.
 *
 * The gateway tells connections apart by certificate, server name and address; only a workload that takes HTTP reads what is in them.
 */
export class StreamScope implements Scope {
  public readonly ends: readonly WorkloadExamination[];
  /** The fields of the gateway's rules. */
  public readonly fields: readonly RuleFields[];
  private readonly examination: Examination;
  /** What the workloads read, as if the gateway itself had asked; undefined where none takes HTTP. */
  private readonly behind?: ServiceScope;
  private readonly caller: Client;

  public constructor(private readonly mesh: EvaluatedMesh, guards: Guards, private readonly place: Stream) {
    const { proxy: { workload }, chain: { stream }, target } = place;
    const { view } = mesh;
    const guard = guards.of(workload);
    this.fields = relevantFields(guard.policies, undefined);
    this.examination = new Examination(mesh, testsOf(this.fields, view.settings), []);
    const found = stream?.destinations.flatMap(({ host, port, subset }) => (
      podsOf((choices) => findBackend(view, host, port, subset, workload.namespace, target, choices))
    )) ?? [];
    const service = new ServiceScope(mesh, guards, found);
    this.behind = found.some(({ http }) => http) ? service : undefined;
    this.ends = this.behind?.ends ?? [];
    this.caller = Client._inMeshUri(`spiffe://${view.settings.trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}`);
  }

  public credentials(request: AccessRequest): string {
    return `${this.client(request)}\n${this.behind?.credentials(this.handedOn(request)) ?? ''}`;
  }

  public client(request: AccessRequest): string {
    const now = request.at === undefined ? new Date() : parseMoment(request.at);
    const tls = request.client.kind === ClientKind.EXTERNAL;
    const part = methodPart({ ...request, method: 'GET' });
    const texts = this.peers(request, tls, now).map((peer) => (typeof peer === 'string' ? peer
      : `${tls && !peer.tls ? 'sealed ' : ''}${'refused' in part ? '' : this.examination.outcomes(['identity', 'sni'], part.message, { peer, port: this.place.target })}`));
    return [this.behind === undefined ? '' : request.token?.text ?? '', ...new Set(texts)].join('\n');
  }

  public path(request: AccessRequest): string {
    return this.behind?.path(this.handedOn(request)) ?? '';
  }

  public method(request: AccessRequest): string {
    return this.behind?.method(this.handedOn(request)) ?? '';
  }

  public host(request: AccessRequest): string {
    return this.behind?.host(this.handedOn(request)) ?? '';
  }

  public address(request: AccessRequest): string {
    const part = methodPart({ ...request, method: 'GET' });
    const own = 'refused' in part ? '!' : this.examination.outcomes(['address', 'other'], part.message, { sourceIp: request.clientIp });
    return `${own} ${this.behind?.address(this.handedOn(request)) ?? ''}`;
  }

  /** The request as the workloads get it: whoever sent it, the gateway calls. */
  private handedOn(request: AccessRequest): AccessRequest {
    return { ...request, client: this.caller };
  }

  private peers(request: AccessRequest, tls: boolean, now: Date): (Peer | string)[] {
    const { proxy: { workload }, chain: { plain, server } } = this.place;
    const sni = request.sni ?? withoutPort(request.host);
    if (plain) return [{ tls: false }];
    if (isPassThrough(server)) return [{ tls: false, sni: tls ? sni : undefined }];
    const { runs } = explore((choices) => handshake(this.mesh.view, workload, server, request.client, sni, now, choices), MAX_VARIANTS);
    return runs.map(({ value }) => (value.ok ? value.peer : value.outcome));
  }
}
