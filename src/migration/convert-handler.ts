import { MigrationOptions } from './options';
import { Fate, FieldReport } from './report';
import { LegacyRule } from './v1beta1';
import { field, list, text, texts, Value } from '../mesh/value';

/** What a rule of v2 asks of callers; undefined where it cannot be said. */
export interface ConvertedHandler {
  readonly value?: object;
}

/** Converts the access strategies of a rule. */
export function convertHandler(rule: LegacyRule, where: string, options: MigrationOptions, fields: FieldReport[]): ConvertedHandler {
  const [strategy, ...others] = [...rule.strategies].sort((a, b) => Number(b.name === 'jwt') - Number(a.name === 'jwt'));
  const at = (name: string) => `${where}.accessStrategies[${rule.strategies.findIndex((one) => one.name === name)}]`;
  for (const { name } of others) {
    fields.push({ field: at(name), fate: Fate.LOST, from: name, why: 'v2 has one strategy in a rule: put the other into a rule of its own, or let an external authorizer judge both' });
  }
  if (strategy === undefined) {
    fields.push({ field: `${where}.accessStrategies`, fate: Fate.LOST, from: 'none', why: 'v2 wants `noAuth`, `jwt` or `extAuth`' });
    return {};
  }
  const here = at(strategy.name);
  if (['allow', 'no_auth', 'noop'].includes(strategy.name)) {
    fields.push({ field: here, fate: Fate.CHANGED, from: strategy.name, to: 'noAuth: true' });
    return { value: { noAuth: true } };
  }
  return strategy.name === 'jwt' ? jwt(strategy.config, here, options, fields) : oathkeeper(strategy, here, options, fields);
}

function jwt(config: Value, where: string, { issuer }: MigrationOptions, fields: FieldReport[]): ConvertedHandler {
  const authentications = list(field(config, 'authentications'));
  if (authentications.length > 0) {
    const authorizations = list(field(config, 'authorizations'));
    fields.push({ field: where, fate: Fate.KEPT, from: `jwt of ${authentications.map((one) => text(field(one, 'issuer')) ?? 'an issuer without name').join(', ')}` });
    return { value: { jwt: { authentications, ...(authorizations.length > 0 ? { authorizations } : {}) } } };
  }
  const issuers = issuer !== undefined ? [issuer] : texts(field(config, 'trusted_issuers'));
  const keys = texts(field(config, 'jwks_urls'));
  if (issuers.length === 0 || keys.length === 0) {
    const why = keys.length === 0 ? 'there is no `jwks_urls`: write `jwt.authentications` with `issuer` and `jwksUri`' : 'v2 wants the issuer beside the keys: give it with `--issuer`';
    fields.push({ field: where, fate: Fate.LOST, from: `jwt with keys of ${keys.join(', ') || 'nowhere'}`, why });
    return {};
  }
  // Oathkeeper took a token of any of the issuers that any of the keys had signed.
  const paired = issuers.length === keys.length ? issuers.map((one, index) => ({ issuer: one, jwksUri: keys[index] }))
    : issuers.flatMap((one) => keys.map((jwksUri) => ({ issuer: one, jwksUri })));
  const scopes = texts(field(config, 'required_scope'));
  const audiences = texts(field(config, 'target_audience'));
  const authorization = { ...(scopes.length > 0 ? { requiredScopes: scopes } : {}), ...(audiences.length > 0 ? { audiences } : {}) };
  fields.push({
    field: where,
    fate: Fate.CHANGED,
    from: `jwt of Oathkeeper, keys of ${keys.join(', ')}`,
    to: `jwt of ${paired.map((one) => one.issuer).join(', ')}`,
    why: 'the sidecar judges the token now, not Oathkeeper; a token needs `iss` and `sub`',
  });
  return { value: { jwt: { authentications: paired, ...(Object.keys(authorization).length > 0 ? { authorizations: [authorization] } : {}) } } };
}

function oathkeeper({ name, config }: LegacyRule['strategies'][number], where: string, { authorizer }: MigrationOptions, fields: FieldReport[]): ConvertedHandler {
  const scopes = texts(field(config, 'required_scope'));
  if (authorizer === undefined) {
    fields.push({ field: where, fate: Fate.LOST, from: name, why: 'v2 has no Oathkeeper: register an external authorizer, and name it with `--authorizer`' });
    return {};
  }
  const scopeNote = scopes.length === 0 ? '' : `; it must demand the scopes ${scopes.map((scope) => `\`${scope}\``).join(', ')} itself`;
  fields.push({ field: where, fate: Fate.CHANGED, from: name, to: `extAuth of ${authorizer}`, why: `who gets in is up to the authorizer now${scopeNote}` });
  return { value: { extAuth: { authorizers: [authorizer] } } };
}
