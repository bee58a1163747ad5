import { describeRule, keysWithValues, neverMatches, valuesWith } from './written-policies';
import { remembered } from '../../mesh/remembered';
import { DistinguishedName } from '../../model/distinguished-name';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { headerChangesOf, headerOfKey } from '../route/written-routes';
import { oncePerContext } from '../written';

/** The headers that hold nothing but a subject or an issuer. */
const nameHeaders = oncePerContext(({ view }) => {
  const written = view.virtualServices.flatMap(({ http }) => http).flatMap(headerChangesOf).flatMap(({ set }) => set);
  return new Set(written.filter(([, value]) => /^%DOWNSTREAM_PEER_(?:SUBJECT|ISSUER)%$/.test(value)).map(([name]) => name.toLowerCase()));
});

/** MTLS017: a subject is written in another form than Envoy's. */
export const subjectSpelling: Check = {
  id: 'MTLS017',
  title: 'a subject that Envoy spells otherwise',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const keys = [...keysWithValues(context)].filter((key) => nameHeaders(context).has(headerOfKey(key) ?? ''));
    return valuesWith(context, keys, isMisspelt).map(({ policy, value, negated, rule, path }): Finding => {
      const right = envoySpelling(value);
      return {
        object: policy.object,
        path,
        message: `\`${value}\` in ${describeRule(rule, policy)} is no name as Envoy writes it`,
        effect: neverMatches(policy.action, negated),
        cure: right === undefined
          ? 'take the name from the certificate: `openssl x509 -noout -subject -nameopt RFC2253`, or `cdk8s-istio-security pki inspect`'
          : `if this is the name in the order of the certificate, write \`${right}\`: the order reversed, and \`,\` without a space`,
      };
    });
  },
};

/** A part of a name, which a `*` at either end leaves, may be written anyhow. */
function isMisspelt(value: string): boolean {
  return !value.startsWith('*') && !value.endsWith('*') && envoySpelling(value) !== value;
}

/** The value itself where Envoy may write it; another spelling where one is meant that can be told; undefined where none can. */
const envoySpelling = remembered((value: string): string | undefined => {
  const ofEnvoy = readName(() => DistinguishedName.fromRfc4514(value));
  if (ofEnvoy !== undefined) return ofEnvoy;
  if (value.startsWith('/')) return readName(() => DistinguishedName.fromOpenSsl(value));
  const spaced = value.split(/\s*,\s*/).map((part) => part.replace(/\s*=\s*/, '='));
  return readName(() => DistinguishedName.fromRfc4514([...spaced].reverse().join(',')));
});

function readName(read: () => DistinguishedName): string | undefined {
  try {
    return read().envoySubject;
  } catch {
    return undefined;
  }
}
