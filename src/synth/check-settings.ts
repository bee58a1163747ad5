import type { IConstruct } from 'constructs';
import { Synthesis } from '../resources/synthesis';

/** What an app says about its checks. */
export interface CheckSettings {
  istioVersion?: string;
  kyma?: boolean;
  readonly acknowledgements: { readonly construct: IConstruct; readonly id: string; readonly reason: string }[];
}

const KEY = Symbol('check settings');

/** The settings of the app that a construct belongs to. */
export function checkSettings(construct: IConstruct): CheckSettings {
  return Synthesis.of(construct).sharedBy<CheckSettings>(KEY, () => ({ acknowledgements: [] }));
}
