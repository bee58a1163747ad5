export * from './access-request';
export * from './client';
export * from './decision';
export * from './mesh';
export * from './mesh-options';
export * from './token';
export * from '../mesh/path-normalization';
