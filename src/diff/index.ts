export { diffAccess } from './access-diff';
export type { AccessChange, AccessDiff } from './access-diff';
export type { ChangedObject } from './changed-objects';
export { behaviour } from './compare';
export type { Difference, Kind } from './compare';
