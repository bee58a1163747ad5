import type { IConstruct } from 'constructs';
import { checkSettings } from './check-settings';
import type * as AllChecks from '../checks';
import { behaviourOf } from '../mesh/version';
import { MeshProfile, namedProfile } from '../model/mesh-profile';
import { Synthesis } from '../resources/synthesis';

/** What the checks of an app may know of the mesh that it is for. */
export interface ChecksProps {
  /**
   * The version of Istio, `1.27` to `1.32`, with or without patch number. Some checks are about versions, and silent where none is declared.
   * @default - not declared
   */
  readonly istioVersion?: string;
  /**
   * Whose mesh it is.
   * @default - Kyma's if an object of its API Gateway module, or a route bound to its gateway, is in the app; Alibaba Cloud's if an object of its group
   * `istio.alibabacloud.com` is; else Istio's own
   */
  readonly profile?: MeshProfile;
}

/** A finding that may stand. */
export interface AcknowledgementProps {
  /** The id of the check, e.g. `MTLS030`. */
  readonly id: string;
  /** Why its finding may stand: a sentence for whoever reads the code later. */
  readonly reason: string;
}

/**
 * The checks over all objects of an app, which `app.synth()` runs once, before it writes a file.
 *
 * Errors stop the synth, reported all together; warnings are written to standard error. Apps in which one of our constructs lives are checked anyway.
 */
export class Checks {
  /**
   * Checks an app as a whole at `app.synth()`, also one without a construct of ours, and says what the mesh is like.
   *
   * Throws for a version of Istio or a profile that is not known.
   * @param app the app, or any construct in it
   * @param props what the mesh is like
   */
  public static attach(app: IConstruct, props: ChecksProps = {}): void {
    if (props.istioVersion !== undefined) behaviourOf(props.istioVersion);
    if (props.profile !== undefined) namedProfile(props.profile);
    Synthesis.of(app);
    const settings = checkSettings(app);
    settings.istioVersion = props.istioVersion ?? settings.istioVersion;
    settings.profile = props.profile ?? settings.profile;
  }

  /**
   * Lets the findings of one check stand, on the objects of a construct and of everything inside it.
   *
   * They no longer stop the synth, and are listed on standard error with the reason; an acknowledgement that matches nothing is reported there too.
   * Throws where there is no such check or no reason.
   * @param construct whose objects are meant
   * @param acknowledgement the check, and why its finding may stand
   */
  public static acknowledge(construct: IConstruct, acknowledgement: AcknowledgementProps): void {
    // Loaded when used, see `attachAppChecks`.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { CHECK_IDS, problemOf }: typeof AllChecks = require('../checks');
    const { id, reason } = acknowledgement;
    const problem = problemOf(id, reason, CHECK_IDS);
    if (problem !== undefined) throw new Error(`${problem}: give the id of a check, and why its finding may stand`);
    checkSettings(construct).acknowledgements.push({ construct, id, reason: reason.trim() });
  }

  private constructor() {}
}
