import { writtenAuthentications } from './authentications';
import { readKeySet } from '../../authz/json-web-key';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/** MTLS059: a key set in `jwks` without any key that Envoy can use, for which it refuses the listener. */
export const unusableKeys: Check = {
  id: 'MTLS059',
  title: 'a key set without usable key',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenAuthentications(context).flatMap(({ object, rules }) => rules.flatMap(({ jwks, issuer }, index) => {
    if (jwks === undefined || readKeySet(jwks) !== undefined) return [];
    return [{
      object,
      path: ['spec', 'jwtRules', index, 'jwks'],
      message: `\`jwks\` of issuer \`${issuer}\` in ${describeObject(object)} holds no key that Envoy can use`,
      effect: 'Envoy refuses the listener of every pod that is selected: nothing that is new takes effect there, and after a restart nothing is served',
      cure: 'give the public keys of the issuer as JSON Web Keys, or their address in `jwksUri`',
    }];
  })),
};
