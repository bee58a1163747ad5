import { Fate, FieldReport } from './report';
import { LegacyRule } from './v1beta1';
import { entries, field, list, text, Value } from '../mesh/value';

/** Converts the mutators of a rule into request headers and cookies; those that only Oathkeeper has are lost. */
export function convertMutators(rule: LegacyRule, where: string, fields: FieldReport[]): object | undefined {
  const headers: [string, Value][] = [];
  const cookies: [string, Value][] = [];
  for (const [index, mutator] of list(field(rule.value, 'mutators')).entries()) {
    const name = text(field(mutator, 'handler')) ?? '';
    const here = `${where}.mutators[${index}]`;
    const config = field(mutator, 'config');
    const values = name === 'header' ? entries(field(config, 'headers')) : name === 'cookie' ? entries(field(config, 'cookies')) : [];
    const computed = values.filter(([, value]) => String(value).includes('{{'));
    if (name === 'noop') {
      fields.push({ field: here, fate: Fate.KEPT, from: 'noop', why: 'it did nothing' });
    } else if (values.length === 0 || computed.length > 0) {
      const what = computed.length > 0 ? `${name} ${computed.map(([key]) => key).join(', ')}` : name;
      fields.push({ field: here, fate: Fate.LOST, from: what, why: 'only Oathkeeper computes it: let the workload, or an external authorizer, do so' });
    } else {
      fields.push({ field: here, fate: Fate.CHANGED, from: `${name} ${values.map(([key]) => key).join(', ')}`, to: `request.${name}s` });
    }
    const fixed = values.filter(([, value]) => !String(value).includes('{{'));
    (name === 'header' ? headers : cookies).push(...fixed);
  }
  if (headers.length + cookies.length === 0) return undefined;
  return {
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(cookies.length > 0 ? { cookies: Object.fromEntries(cookies) } : {}),
  };
}
