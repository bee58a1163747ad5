export { CATALOGUE } from './catalogue';
export type { Check } from './check';
export { CheckContext } from './context';
export type { Place, Profile } from './context';
export { Effect, Severity } from './finding';
export type { FieldPath, Finding, PatchOperation } from './finding';
export { runChecks } from './run-checks';
export type { Report } from './run-checks';
