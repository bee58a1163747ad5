import { PolicyTest } from './policy-tests';
import { EvaluatedMesh } from '../authz/evaluation';
import { JwtProvider } from '../authz/jwt-authn';
import { AuthorizationPolicy } from '../mesh/authorization-policy';
import { explore } from '../mesh/choices';
import { Workload } from '../mesh/workload';

const MAX_VARIANTS = 16;

/** Everything that may guard a proxy, whatever the open facts. */
export interface Guard {
  readonly workload: Workload;
  readonly policies: readonly AuthorizationPolicy[];
  /** The issuers that the proxy knows, one list for each answer to the open facts. */
  readonly providers: readonly (readonly JwtProvider[])[];
}

/** The guards of the proxies of a mesh, each found once. */
export class Guards {
  private readonly known = new Map<Workload, Guard>();
  private readonly hostTests = new Map<Workload, readonly PolicyTest[]>();

  public constructor(private readonly mesh: EvaluatedMesh) {}

  /** What may guard the proxies of a workload. */
  public of(workload: Workload): Guard {
    const known = this.known.get(workload);
    if (known !== undefined) return known;
    const { view, security } = this.mesh;
    const { runs } = explore((choices) => security.of(workload, choices).providers, MAX_VARIANTS);
    const guard = {
      workload,
      policies: view.scoped(view.policies, workload).filter(({ dryRun, action }) => !dryRun && action !== 'AUDIT'),
      providers: [...new Set(runs.map(({ value }) => value))],
    };
    this.known.set(workload, guard);
    return guard;
  }

  /** The tests of a gateway on hosts and server names, made once. */
  public testsOf(workload: Workload, make: () => readonly PolicyTest[]): readonly PolicyTest[] {
    const known = this.hostTests.get(workload) ?? make();
    this.hostTests.set(workload, known);
    return known;
  }
}
