import { isForWorkloadsOnly } from './outside-principal';
import { describeRule, neverMatches, valuesWith } from './written-policies';
import { at, text } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

const DEFAULT_DOMAIN = 'cluster.local';

/** MTLS044: a policy of a workload names a principal of a trust domain that the mesh does not know. */
export const foreignTrustDomain: Check = {
  id: 'MTLS044',
  title: 'a principal of a trust domain that the mesh does not know',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => {
    const domains = knownDomains(context);
    if (domains === undefined) return [];
    return valuesWith(context, ['principals', 'source.principal'], (value) => isForeign(value, domains))
      .filter(({ policy }) => isForWorkloadsOnly(policy, context))
      .map(({ policy, value, negated, rule, path }) => ({
        object: policy.object,
        path,
        message: `principal \`${value}\` in ${describeRule(rule, policy)} is of trust domain \`${value.split('/')[0]}\`, and the mesh knows only ${domains.map((domain) => `\`${domain}\``).join(', ')}`,
        effect: neverMatches(policy.action, negated),
        cure: 'write `cluster.local`, which stands for the own trust domain, or add the other to `trustDomainAliases` of the mesh',
      }));
  },
};

function isForeign(principal: string, domains: readonly string[]): boolean {
  return /^[^/*]+\/ns\/[^/]+\/sa\/[^/]+$/.test(principal) && !domains.includes(principal.split('/')[0]);
}

/** The own trust domain and its aliases, where the settings of the mesh are among the manifests or somebody gave them. */
function knownDomains({ view, objects }: CheckContext): string[] | undefined {
  const { rootNamespace, trustDomain, trustDomainAliases } = view.settings;
  const config = objects.find(({ kind, group, name, namespace }) => kind === 'ConfigMap' && group === '' && name === 'istio' && namespace === rootNamespace);
  const written = (text(at(config?.body, 'data', 'mesh')) ?? '').includes('trustDomain:');
  if (!written && trustDomain === DEFAULT_DOMAIN) return undefined;
  return [...new Set([trustDomain, DEFAULT_DOMAIN, ...trustDomainAliases])];
}
