export * from './access-space';
export * from './caller';
export * from './endpoint';
export * from './operation';
