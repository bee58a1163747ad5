export type { ChangedAnswer, Comparison } from './compare';
export type { Conversion } from './convert';
export { migrateApiRules } from './migrate';
export type { Migration } from './migrate';
export type { MigrationOptions } from './options';
export { Fate } from './report';
export type { FieldReport } from './report';
