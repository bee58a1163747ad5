import type * as X509 from '@peculiar/x509';

/** Loads the library that writes certificates, when the first one is issued: synthesis never needs it, and loading it takes about 0.1 s. */
export function loadX509(): typeof X509 {
  /* eslint-disable @typescript-eslint/no-require-imports */
  // It refuses to load without the reflection polyfill, and does not depend on one itself.
  require('reflect-metadata');
  return require('@peculiar/x509');
  /* eslint-enable @typescript-eslint/no-require-imports */
}
