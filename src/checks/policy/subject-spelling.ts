import { describeRule, enforcedPolicies, neverMatches, PolicyValue, valuesOf, WrittenPolicy } from './written-policies';
import { DistinguishedName } from '../../model/distinguished-name';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Finding, Severity } from '../finding';
import { remembered } from '../remembered';
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
  find: (context) => enforcedPolicies(context).flatMap((policy) => names(policy, context).flatMap(({ negated, value, rule, path }): Finding[] => {
    const right = envoySpelling(value);
    return right === value ? [] : [{
      object: policy.object,
      path,
      message: `\`${value}\` in ${describeRule(rule, policy)} is no name as Envoy writes it`,
      effect: neverMatches(policy.action, negated),
      cure: right === undefined
        ? 'take the name from the certificate: `openssl x509 -noout -subject -nameopt RFC2253`, or `cdk8s-istio-security pki inspect`'
        : `if this is the name in the order of the certificate, write \`${right}\`: the order reversed, and \`,\` without a space`,
    }];
  })),
};

/** The values that are compared with a whole name. */
function names(policy: WrittenPolicy, context: CheckContext): PolicyValue[] {
  const keys = [...policy.values.keys()].filter((key) => nameHeaders(context).has(headerOfKey(key) ?? ''));
  return valuesOf(policy, ...keys).filter(({ value }) => !value.startsWith('*') && !value.endsWith('*'));
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
