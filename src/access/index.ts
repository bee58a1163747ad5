export * from './access-space';
export * from './caller';
export * from './curl';
export * from './endpoint';
export * from './matrix';
export * from './operation';
export * from './report/json';
export * from './report/markdown';
