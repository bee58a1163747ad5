import { Pods } from './backends';
import { Guards } from './guards';
import { relevantFields, testsOf } from './policy-tests';
import { Examination } from './scope';
import { AccessRequest } from '../authz';
import { EvaluatedMesh } from '../authz/evaluation';
import { appendCaller } from '../authz/forwarded-certificate';
import { HttpMessage } from '../authz/http-message';
import { Peer } from '../authz/peer';

const FORWARDED = 'x-forwarded-client-cert';

/** What the sidecar of a workload asks of requests. */
export class WorkloadExamination {
  public readonly examination: Examination;
  private readonly self: string;

  public constructor(mesh: EvaluatedMesh, guards: Guards, public readonly pods: Pods) {
    const { workload, http, port } = pods;
    const guard = guards.of(workload);
    const fields = workload.proxied ? relevantFields(guard.policies, undefined) : [];
    this.examination = new Examination(mesh, testsOf(fields, mesh.view.settings), workload.proxied && http ? guard.providers : []);
    this.self = `spiffe://${mesh.view.settings.trustDomain}/ns/${workload.namespace}/sa/${workload.serviceAccount}#${port}`;
  }

  /** Who asks, as far as the workload can tell, for one peer. */
  public credentials(message: HttpMessage, request: AccessRequest, now: Date, peer: Peer): string {
    const { examination } = this;
    const identity = examination.outcomes(['identity'], message, { peer });
    if (!this.pods.http) return identity;
    const seen = { ...message, headers: appendCaller(message.headers, peer, this.self.replace(/#.*/, '')) };
    const early = examination.outcomes(['header'], seen);
    return `${identity};${early};${examination.authenticated(seen, request, now, (passed, claims) => examination.outcomes(['header', 'token'], passed, { claims }))}`;
  }

  /** Whether it matters over which kind of connection a gateway calls. */
  public get asksForwarded(): boolean {
    return this.examination.tests.some(({ key }) => key.toLowerCase() === `request.headers[${FORWARDED}]`);
  }
}
