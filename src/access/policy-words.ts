import { AuthorizationPolicy, PolicyField, PolicyRule } from '../mesh/authorization-policy';

/** What a policy does, rule by rule, in words. */
export function policyWords({ action, rules, dryRun, provider }: AuthorizationPolicy): string[] {
  const verb = { ALLOW: 'allows', DENY: 'denies', CUSTOM: `asks ${provider ?? 'an external authorizer'} about`, AUDIT: 'logs' }[action];
  const only = dryRun ? ' (dry run: nothing is enforced)' : '';
  if (rules.length === 0) return [action === 'ALLOW' ? `allows nobody${only}` : `${verb} nothing${only}`];
  return rules.map((rule, index) => `rule ${index + 1} ${verb} ${ruleWords(rule)}${only}`);
}

function ruleWords({ from, to, when }: PolicyRule): string {
  const sources = from.length === 0 ? 'anybody' : from.map((fields) => all(fields)).join('; or ');
  const operations = to.length === 0 ? '' : `, to ${to.map((fields) => all(fields)).join('; or ')}`;
  const conditions = when.length === 0 ? '' : `, when ${all(when)}`;
  return `${sources}${operations}${conditions}`;
}

function all(fields: readonly PolicyField[]): string {
  return fields.flatMap(({ key, values, notValues }) => [
    ...(values.length > 0 ? [`${key} ${list(values)}`] : []),
    ...(notValues.length > 0 ? [`${key} not ${list(notValues)}`] : []),
  ]).join(' and ');
}

function list(values: readonly string[]): string {
  return values.length > 5 ? `${values.slice(0, 4).join(' or ')} or ${values.length - 4} more` : values.join(' or ');
}
