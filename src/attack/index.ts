export { attack } from './attack';
export type { AttackCounts, AttackOptions, AttackReport } from './attack';
export type { Attempt } from './attempt';
export { curlNotes, curlOf } from './curl';
export type { Refused } from './search';
export type { Doubt, Protection, WayIn } from './way-in';
