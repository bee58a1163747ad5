export { CATALOGUE } from './catalogue';
export type { Check } from './check';
export { CheckContext, Profile } from './context';
export { Effect, FieldPath, Finding, PatchOperation, Severity } from './finding';
export { Report, runChecks } from './run-checks';
