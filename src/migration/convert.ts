import { convertHandler, ConvertedHandler } from './convert-handler';
import { convertMutators } from './convert-mutators';
import { MigrationOptions } from './options';
import { translatePath } from './path-template';
import { Fate, FieldReport } from './report';
import { LegacyRule, legacyGateway, legacyRules } from './v1beta1';
import { apiRuleProblem } from '../mesh/api-rule-problem';
import { KubeObject, readObject } from '../mesh/kube-object';
import { entries, field, isMapping, number, text, texts, Value } from '../mesh/value';

/** An APIRule of v2 made of one of v1beta1. */
export interface Conversion {
  readonly object: KubeObject;
  /** The APIRule of v2; undefined where nothing of it can be carried over. */
  readonly converted?: Value;
  /** Field by field, in the order of the object. */
  readonly fields: readonly FieldReport[];
}

const ALL_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const OWN_ANNOTATIONS = 'gateway.kyma-project.io/';

/** Writes an APIRule v1beta1 as v2, closed where v2 has no word for it: what is not translated is left out and reported as lost. */
export function convertApiRule(object: KubeObject, options: MigrationOptions): Conversion {
  const fields: FieldReport[] = [];
  const metadata = metadataOf(object, fields);
  const whole = {
    ...gatewayAndHost(object, fields),
    ...kept(object.spec, 'spec', ['service', 'timeout'], fields),
    ...cors(object, options, fields),
  };
  const rules = legacyRules(object).flatMap((rule, index) => convertRule(rule, `spec.rules[${index}]`, options, fields));
  if (rules.length === 0 || whole.gateway === undefined) return { object, fields };
  const converted = { apiVersion: 'gateway.kyma-project.io/v2', kind: 'APIRule', metadata, spec: { ...whole, rules } };
  const problem = apiRuleProblem(readObject(converted, object.index)!, 'v2');
  if (problem !== undefined) fields.push({ field: 'spec', fate: Fate.LOST, from: 'the whole', why: `Kyma's operator does not take what comes of it: ${problem}` });
  return { object, fields, converted };
}

function metadataOf({ body, name, namespace }: KubeObject, fields: FieldReport[]): object {
  const metadata = field(body, 'metadata');
  const annotations = entries(field(metadata, 'annotations')).filter(([key]) => !key.startsWith(OWN_ANNOTATIONS) && key !== 'kubectl.kubernetes.io/last-applied-configuration');
  fields.push({ field: 'metadata.name', fate: Fate.KEPT, from: `${namespace}/${name}` });
  return {
    name,
    namespace,
    ...(isMapping(field(metadata, 'labels')) ? { labels: field(metadata, 'labels') } : {}),
    ...(annotations.length > 0 ? { annotations: Object.fromEntries(annotations) } : {}),
  };
}

function gatewayAndHost(object: KubeObject, fields: FieldReport[]): { gateway?: string; hosts?: string[] } {
  const written = text(field(object.spec, 'gateway')) ?? '';
  const gateway = legacyGateway(object);
  const host = text(field(object.spec, 'host')) ?? '';
  if (gateway === undefined) {
    fields.push({ field: 'spec.gateway', fate: Fate.LOST, from: written, why: 'there is no Gateway: write `namespace/name`' });
  } else {
    fields.push(gateway === written ? { field: 'spec.gateway', fate: Fate.KEPT, from: written }
      : { field: 'spec.gateway', fate: Fate.CHANGED, from: written, to: gateway, why: 'v2 knows `namespace/name` only' });
  }
  const short = host.includes('.') ? {} : { why: 'a short host gets the domain of the Gateway, which must serve `*.<domain>` only; before it was the default domain of the cluster' };
  fields.push({ field: 'spec.host', fate: Fate.CHANGED, from: host, to: `hosts: [${host}]`, ...short });
  return { ...(gateway === undefined ? {} : { gateway }), hosts: [host] };
}

function kept(value: Value, where: string, keys: readonly string[], fields: FieldReport[]): object {
  return Object.fromEntries(keys.flatMap((key) => {
    const found = field(value, key);
    if (found === undefined) return [];
    fields.push({ field: `${where}.${key}`, fate: Fate.KEPT, from: isMapping(found) ? entries(found).map(([name, part]) => `${name}: ${String(part)}`).join(', ') : String(found) });
    return [[key, found]];
  }));
}

function cors({ spec }: KubeObject, { keepCors }: MigrationOptions, fields: FieldReport[]): object {
  const policy = field(spec, 'corsPolicy');
  if (isMapping(policy)) {
    const age = field(policy, 'maxAge');
    const seconds = typeof age === 'string' ? secondsOf(age) : number(age);
    const changed = age !== undefined && seconds !== age;
    fields.push({
      field: 'spec.corsPolicy',
      fate: changed ? Fate.CHANGED : Fate.KEPT,
      from: changed ? `maxAge: ${String(age)}` : entries(policy).map(([key]) => key).join(', '),
      ...(changed ? { to: seconds === undefined ? 'no maxAge' : `maxAge: ${seconds}`, why: 'v2 counts seconds' } : {}),
    });
    const others = Object.fromEntries(entries(policy).filter(([key]) => key !== 'maxAge'));
    return { corsPolicy: { ...others, ...(seconds === undefined ? {} : { maxAge: seconds }) } };
  }
  const from = 'the default: every origin, GET POST PUT DELETE PATCH, every header';
  if (keepCors !== true) {
    fields.push({ field: 'spec.corsPolicy', fate: Fate.LOST, from, why: 'v2 has no default: pages of other origins are refused; `--keep-cors` writes it down' });
    return {};
  }
  fields.push({ field: 'spec.corsPolicy', fate: Fate.CHANGED, from, to: 'the same, written down', why: 'every rule takes OPTIONS too, for preflight requests' });
  return {
    corsPolicy: { allowOrigins: [{ regex: '.*' }], allowMethods: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'], allowHeaders: ['Authorization', 'Content-Type', '*'] },
  };
}

function secondsOf(duration: string): number | undefined {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration);
  const seconds = parts === null ? 0 : Number(parts[1] ?? 0) * 3600 + Number(parts[2] ?? 0) * 60 + Number(parts[3] ?? 0);
  return seconds > 0 ? seconds : undefined;
}

function convertRule(rule: LegacyRule, where: string, options: MigrationOptions, fields: FieldReport[]): object[] {
  const translated = translatePath(rule.path);
  const refused = translated?.wider === true && options.acceptWider !== true;
  if (translated === undefined || refused) {
    const why = refused ? `\`${translated!.paths.join('`, `')}\` would take more: ${translated!.difference}; \`--accept-wider\` writes it, or write the paths one by one`
      : 'v2 has no regular expressions, and no template says the same: write the paths one by one';
    fields.push({ field: `${where}.path`, fate: Fate.LOST, from: rule.path, why });
    return [];
  }
  const handler: ConvertedHandler = convertHandler(rule, where, options, fields);
  if (handler.value === undefined) return [];
  const same = translated.paths.length === 1 && translated.paths[0] === rule.path;
  fields.push({
    field: `${where}.path`,
    fate: same ? Fate.KEPT : Fate.CHANGED,
    from: rule.path,
    ...(same ? {} : { to: translated.paths.join(', ') }),
    ...(translated.difference === undefined ? {} : { why: translated.difference }),
  });
  const methods = methodsOf(rule, where, options, fields);
  const request = convertMutators(rule, where, fields);
  const rest = kept(rule.value, where, ['service', 'timeout'], fields);
  return translated.paths.map((path) => ({ path, methods, ...handler.value, ...(request === undefined ? {} : { request }), ...rest }));
}

function methodsOf(rule: LegacyRule, where: string, { keepCors }: MigrationOptions, fields: FieldReport[]): string[] {
  const listed = texts(field(rule.value, 'methods'));
  const methods = listed.length > 0 ? listed : ALL_METHODS;
  const field_ = `${where}.methods`;
  if (listed.length === 0) {
    fields.push({ field: field_, fate: Fate.CHANGED, from: 'none, which was every method', to: methods.join(', '), why: 'v2 wants them listed' });
  } else if (rule.handler === 'allow') {
    fields.push({ field: field_, fate: Fate.CHANGED, from: listed.join(', '), to: methods.join(', '), why: '`allow` let every method through; v2 takes the listed ones, others get 404' });
  } else {
    fields.push({ field: field_, fate: Fate.KEPT, from: listed.join(', ') });
  }
  return keepCors === true && !methods.includes('OPTIONS') ? [...methods, 'OPTIONS'] : methods;
}
