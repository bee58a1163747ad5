import { headerOf } from './policy-tests';
import { policyPattern, samplesOf } from './text-pattern';
import { bracketedNames } from '../authz/claim-match';
import { PolicyField } from '../mesh/authorization-policy';
import { HeaderChanges } from '../mesh/virtual-service';

/** What a request has to bring for one rule, as far as it is about who asks. */
export interface Demand {
  /** Names of the peer: URIs, as policies see them. */
  readonly uris: readonly string[];
  /** Subject of the client certificate, as Envoy prints it. */
  readonly subject?: string;
  readonly issuer?: string;
  readonly dnsNames: readonly string[];
  readonly tokenIssuer?: string;
  readonly tokenSubject?: string;
  readonly claims: ReadonlyMap<string, unknown>;
  /** Header lines that the client could send itself. */
  readonly headers: ReadonlyMap<string, string>;
}

export const NOTHING: Demand = { uris: [], dnsNames: [], claims: new Map(), headers: new Map() };

/** From where a header of a request comes: what routes write of the client certificate, what proxies write of tokens. */
export interface HeaderOrigin {
  readonly header: string;
  readonly from: 'subject' | 'issuer' | 'uri' | 'dns' | { readonly claim: string } | { readonly header: string };
  /** What stands around it. */
  readonly before: string;
  readonly after: string;
}

const OPERATORS: Record<string, HeaderOrigin['from']> = {
  DOWNSTREAM_PEER_SUBJECT: 'subject', DOWNSTREAM_PEER_ISSUER: 'issuer', DOWNSTREAM_PEER_URI_SAN: 'uri', DOWNSTREAM_PEER_DNS_SAN: 'dns',
};

/** The headers that changes of a route fill with something the client brings. */
export function originsOf({ set, add }: HeaderChanges): HeaderOrigin[] {
  return [...set, ...add].flatMap(([name, value]) => {
    const parsed = /^([^%]*)%([A-Z_]+)(?:\(([^)?]*)[^)]*\))?(?::\d+)?%([^%]*)$/.exec(value);
    if (parsed === null) return [];
    const [, before, operator, argument, after] = parsed;
    const from = operator === 'REQ' && argument ? { header: argument.toLowerCase() } : OPERATORS[operator];
    return from === undefined ? [] : [{ header: name.toLowerCase(), from, before, after }];
  });
}

/** What satisfies the fields of a rule: with the first value of each, and with each other value in its place. */
export function demandsOf(fields: readonly PolicyField[], origins: readonly HeaderOrigin[], limit: number): Demand[] {
  const asked = fields.filter(({ values, notValues }) => values.length + notValues.length > 0);
  const wanted = asked.filter(({ values }) => values.length > 0);
  const first = wanted.map((field) => satisfied(field, field.values[0], origins));
  const found = [merge(first)];
  wanted.forEach((field, index) => {
    const instead = (value: string) => merge(first.map((demand, other) => (other === index ? satisfied(field, value, origins) : demand)));
    found.push(...field.values.slice(1, limit).map(instead));
    if (wanted.length > 1) found.push(merge(first.filter((_, other) => other !== index)), first[index]);
  });
  const excluded = asked.flatMap((field) => field.notValues.slice(0, limit).map((value) => satisfied(field, value, origins)));
  found.push(...excluded.flatMap((demand) => [demand, merge([...first, demand])]));
  return found;
}

function merge(demands: readonly Demand[]): Demand {
  return demands.reduce((all, demand) => ({
    uris: [...new Set([...all.uris, ...demand.uris])],
    dnsNames: [...new Set([...all.dnsNames, ...demand.dnsNames])],
    subject: all.subject ?? demand.subject,
    issuer: all.issuer ?? demand.issuer,
    tokenIssuer: all.tokenIssuer ?? demand.tokenIssuer,
    tokenSubject: all.tokenSubject ?? demand.tokenSubject,
    claims: mergeClaims(all.claims, demand.claims),
    headers: new Map([...all.headers, ...demand.headers]),
  }), NOTHING);
}

/** Two conditions on one claim want a list that satisfies both. */
function mergeClaims(a: Demand['claims'], b: Demand['claims']): Map<string, unknown> {
  const merged = new Map(a);
  for (const [name, value] of b) merged.set(name, merged.has(name) && merged.get(name) !== value ? [merged.get(name), value].flat() : value);
  return merged;
}

function satisfied({ key }: PolicyField, value: string, origins: readonly HeaderOrigin[]): Demand {
  const sample = sampleOf(value);
  switch (key) {
    case 'principals':
    case 'source.principal': return { ...NOTHING, uris: [value.startsWith('*') && value !== '*' ? `spiffe://x${value.slice(1)}` : `spiffe://${value === '*' ? 'any.example/any' : sample}`] };
    case 'namespaces':
    case 'source.namespace': return { ...NOTHING, uris: [`spiffe://cluster.local/ns/${value.replace(/\*/g, 'x')}/sa/any`] };
    case 'serviceAccounts':
    case 'source.serviceAccount': return { ...NOTHING, uris: [`spiffe://cluster.local/ns/${value.includes('/') ? value.replace('/', '/sa/') : `default/sa/${value}`}`] };
    case 'trustDomains':
    case 'source.trustDomain': return { ...NOTHING, uris: [`spiffe://${value.replace(/\*/g, 'x')}/ns/any/sa/any`] };
    case 'requestPrincipals':
    case 'request.auth.principal': return principal(value);
    case 'request.auth.audiences': return { ...NOTHING, claims: new Map([['aud', sample]]) };
    case 'request.auth.presenter': return { ...NOTHING, claims: new Map([['azp', sample]]) };
    // Which a sidecar takes from this header.
    case 'remoteIpBlocks':
    case 'remote.ip': return { ...NOTHING, headers: new Map([['x-forwarded-for', value.split('/')[0]]]) };
    default: return claim(key, sample) ?? header(key, sample, origins);
  }
}

function principal(value: string): Demand {
  const slash = value.lastIndexOf('/');
  const [iss, sub] = slash < 0 ? [value, ''] : [value.slice(0, slash), value.slice(slash + 1)];
  if (value === '*') return { ...NOTHING, tokenSubject: 'someone' };
  if (value.startsWith('*')) return { ...NOTHING, tokenIssuer: iss === '*' || slash < 0 ? undefined : sampleOf(iss), tokenSubject: slash < 0 ? value.slice(1) : sub };
  if (value.endsWith('*')) return { ...NOTHING, tokenIssuer: slash < 0 ? sampleOf(value) : iss, tokenSubject: slash < 0 || sub === '*' ? 'someone' : sub.slice(0, -1) };
  return { ...NOTHING, tokenIssuer: iss, tokenSubject: sub };
}

function claim(key: string, sample: string): Demand | undefined {
  if (!key.startsWith('request.auth.claims')) return undefined;
  const names = bracketedNames(key.slice('request.auth.claims'.length));
  if (names === undefined) return undefined;
  if (names.length === 1 && names[0] === 'iss') return { ...NOTHING, tokenIssuer: sample };
  if (names.length === 1 && names[0] === 'sub') return { ...NOTHING, tokenSubject: sample };
  return { ...NOTHING, claims: new Map([[names[0], names.slice(1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), sample)]]) };
}

function header(key: string, sample: string, origins: readonly HeaderOrigin[]): Demand {
  const name = headerOf(key);
  return name === undefined || name === '' || name.startsWith(':') || name === 'host' ? NOTHING : headerDemand(name, sample, origins);
}

/** What makes a header have a value: a client certificate or a token where proxies write it from these, the client itself in any case. */
export function headerDemand(name: string, sample: string, origins: readonly HeaderOrigin[]): Demand {
  const made = origins.filter((origin) => origin.header === name).map((origin) => behind(origin, sample));
  return { ...merge([...made, ...(name === 'x-forwarded-client-cert' ? [forwarded(sample)] : [])]), headers: new Map([[name, sample]]) };
}

function behind({ from, before, after }: HeaderOrigin, sample: string): Demand {
  const framed = sample.startsWith(before) && sample.endsWith(after) && sample.length >= before.length + after.length;
  const inner = framed ? sample.slice(before.length, sample.length - after.length) : sample;
  if (from === 'subject') return { ...NOTHING, subject: inner };
  if (from === 'issuer') return { ...NOTHING, issuer: inner };
  if (from === 'uri') return { ...NOTHING, uris: inner.split(',') };
  if (from === 'dns') return { ...NOTHING, dnsNames: inner.split(',') };
  if ('claim' in from) return { ...NOTHING, claims: new Map([[from.claim, inner]]) };
  return { ...NOTHING, headers: new Map([[from.header, inner]]) };
}

/** The certificate whose names stand in a forwarded header. */
function forwarded(sample: string): Demand {
  const subject = /Subject="([^"]*)"/.exec(sample)?.[1];
  return { ...NOTHING, subject, uris: [...sample.matchAll(/URI=([^;,]+)/g)].map(([, uri]) => uri), dnsNames: [...sample.matchAll(/DNS=([^;,]+)/g)].map(([, name]) => name) };
}

function sampleOf(value: string): string {
  const samples = samplesOf(policyPattern(value), 'any');
  // What a suffix or prefix is completed with makes an example that reads like a value.
  return samples[1] ?? samples[0];
}
