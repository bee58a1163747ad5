import { ApiRulePaths } from './api-rule-paths';
import { KubeObject } from './kube-object';
import { at, field, isMapping, list, number, text, texts, Value } from './value';

const PATH = /^((\/([A-Za-z0-9-._~!$&'()+,;=:@]|%[0-9a-fA-F]{2})*)|(\/\{\*{1,2}\}))+$|^\/\*$/;
const HOST = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']);

/** Why Kyma admits or processes no such APIRule, in words; undefined where it does. */
export function apiRuleProblem(object: KubeObject, apiVersion: string): string | undefined {
  if (apiVersion === 'v1beta1') return 'APIRule v1beta1 is no longer supported: write v2';
  const { spec } = object;
  const gateway = text(field(spec, 'gateway'));
  const external = text(field(spec, 'externalGateway'));
  if ((gateway === undefined) === (external === undefined)) return 'either `spec.gateway` or `spec.externalGateway` must be given';
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test((gateway ?? external)!)) return '`spec.gateway` is not in the form `namespace/name`';
  const hosts = texts(field(spec, 'hosts'));
  if (hosts.length !== 1 || !HOST.test(hosts[0])) return '`spec.hosts` must be one host: a name, `*.` and a name, or one label';
  const rules = list(field(spec, 'rules'));
  if (rules.length === 0) return '`spec.rules` is empty';
  for (const [index, rule] of rules.entries()) {
    const problem = ruleProblem(rule, spec, `spec.rules[${index}]`);
    if (problem !== undefined) return problem;
  }
  return conflict(rules) ?? differingPlaces(rules);
}

function ruleProblem(rule: Value, spec: Value, path: string): string | undefined {
  const handlers = [field(rule, 'noAuth') === true, isMapping(field(rule, 'jwt')), isMapping(field(rule, 'extAuth'))].filter(Boolean).length;
  if (handlers !== 1) return `\`${path}\` needs exactly one of noAuth, jwt, extAuth`;
  if (!PATH.test(text(field(rule, 'path')) ?? '')) return `\`${path}.path\` is no path that APIRules know`;
  const operators = (text(field(rule, 'path')) ?? '').match(/\{\*+\}/g) ?? [];
  if (operators.slice(0, -1).includes('{**}')) return `\`${path}.path\` has an operator after \`{**}\``;
  const methods = texts(field(rule, 'methods'));
  if (methods.length === 0 || methods.some((method) => !METHODS.has(method))) return `\`${path}.methods\` is empty or has an unknown method`;
  const service = isMapping(field(rule, 'service')) ? field(rule, 'service') : field(spec, 'service');
  if (!text(field(service, 'name')) || !number(field(service, 'port'))) return `\`${path}\` has no service`;
  const jwt = isMapping(field(rule, 'jwt')) ? field(rule, 'jwt') : undefined;
  if (jwt !== undefined && list(field(jwt, 'authentications')).length === 0) return `\`${path}.jwt\` has no authentications`;
  if (isMapping(field(rule, 'extAuth')) && texts(at(rule, 'extAuth', 'authorizers')).length === 0) return `\`${path}.extAuth\` has no authorizers`;
  return undefined;
}

/** A rule that an earlier one covers for the same method puts the whole APIRule into the state Error. */
function conflict(rules: readonly Value[]): string | undefined {
  const paths = new Map<string, ApiRulePaths>();
  for (const rule of rules) {
    const path = text(field(rule, 'path'))!;
    for (const method of texts(field(rule, 'methods'))) {
      const known = paths.get(method) ?? new ApiRulePaths();
      paths.set(method, known);
      const earlier = known.add(path);
      if (earlier !== undefined) return `path \`${path}\` with method ${method} conflicts with the earlier \`${earlier}\``;
    }
  }
  return undefined;
}

/** One issuer with one key address takes its tokens from the same places in all rules. */
function differingPlaces(rules: readonly Value[]): string | undefined {
  const places = new Map<string, string>();
  for (const authentication of rules.flatMap((rule) => list(at(rule, 'jwt', 'authentications')))) {
    const issuer = text(field(authentication, 'issuer')) ?? '';
    const key = JSON.stringify([issuer, text(field(authentication, 'jwksUri'))]);
    const headers = list(field(authentication, 'fromHeaders')).map((header) => [text(field(header, 'name')), text(field(header, 'prefix')) ?? '']);
    const place = JSON.stringify([headers, texts(field(authentication, 'fromParams'))]);
    if ((places.get(key) ?? place) !== place) return `tokens of issuer \`${issuer}\` are expected in different places`;
    places.set(key, place);
  }
  return undefined;
}
