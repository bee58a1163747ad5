import type { IConstruct } from 'constructs';
import type { MeshProfile } from '../model/mesh-profile';
import { Synthesis } from '../resources/synthesis';

/** What an app says about its checks. */
export interface CheckSettings {
  istioVersion?: string;
  profile?: MeshProfile;
  readonly acknowledgements: { readonly construct: IConstruct; readonly id: string; readonly reason: string }[];
}

const KEY = Symbol('check settings');

/** The settings of the app that a construct belongs to. */
export function checkSettings(construct: IConstruct): CheckSettings {
  return Synthesis.of(construct).sharedBy<CheckSettings>(KEY, () => ({ acknowledgements: [] }));
}
