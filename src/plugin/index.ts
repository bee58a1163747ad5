export * from './checks-validation';
