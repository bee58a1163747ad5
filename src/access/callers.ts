import { callerOf, Caller, NamedClient, NamedToken } from './caller';
import { Demand } from './demand';
import { Client, Token } from '../authz';
import { PeerCertificate } from '../authz/peer';
import { JwtRule } from '../mesh/request-authentication';

/** The names of a certificate, as Envoy prints them. */
type CertificateNames = Pick<PeerCertificate, 'uris' | 'subject' | 'issuer' | 'dnsNames'>;

const UNNAMED = 'unnamed.example';
const MAX_TOKENS = 500;

/** The clients outside the mesh that demands name, one that none names, one of a CA that nobody trusts, and one without certificate. */
export function outsideClients(demands: readonly Demand[]): NamedClient[] {
  const found = new Map<string, NamedClient>();
  for (const { uris, subject = '', issuer = '', dnsNames } of demands) {
    if (uris.length + dnsNames.length === 0 && subject === '' && issuer === '') continue;
    const names = { uris, subject, issuer, dnsNames };
    found.set(JSON.stringify(names), { name: describeCertificate(names), client: Client._printed(names), named: true });
  }
  const other = { uris: [`spiffe://${UNNAMED}/someone`], subject: `O=${UNNAMED},CN=someone`, issuer: `CN=ca.${UNNAMED}`, dnsNames: [`someone.${UNNAMED}`] };
  return [
    { name: 'no certificate', client: Client.none(), named: false },
    ...[...found.values()].sort(byName),
    { name: 'any other certificate of the trust anchor', client: Client._printed(other), named: false },
    { name: 'a certificate that no trust anchor knows', client: Client.untrusted(), named: false },
  ];
}

/** The clients inside the mesh: each account that demands name, one that none names, and a pod without sidecar. */
export function meshClients(demands: readonly Demand[], trustDomain: string): NamedClient[] {
  const uris = [...new Set(demands.flatMap((demand) => demand.uris))].filter((uri) => /^spiffe:\/\/[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(uri)).sort();
  return [
    { name: 'in-mesh plain text (no sidecar)', client: Client.inMeshPlaintext(), named: false },
    ...uris.map((uri) => ({ name: `in-mesh ${account(uri, trustDomain)}`, client: Client._inMeshUri(uri), named: true })),
    { name: 'in-mesh any other account', client: Client._inMeshUri(`spiffe://${trustDomain}/ns/unnamed/sa/unnamed`), named: false },
  ];
}

/** The tokens that demands ask for: of each issuer that is known, with what is required, without each part of it, and tokens that nobody takes. */
export function tokensOf(rules: readonly JwtRule[], demands: readonly Demand[]): NamedToken[] {
  const issuers = [...new Map(rules.map((rule) => [JSON.stringify([rule.issuer, [...rule.audiences].sort()]), rule])).values()];
  if (issuers.length === 0) return [];
  const about = demands.filter(({ tokenIssuer, tokenSubject, claims }) => tokenIssuer !== undefined || tokenSubject !== undefined || claims.size > 0);
  const found = new Map<string, NamedToken>();
  const add = (named: NamedToken) => { if (found.size < MAX_TOKENS && !found.has(named.token.text)) found.set(named.token.text, named); };
  for (const { issuer, audiences } of issuers) {
    const iss = issuer === '' ? 'https://any.example' : issuer;
    const base = audiences.length === 0 ? {} : { aud: audiences[0] };
    add(token(iss, { ...base, sub: 'someone' }, `token of ${iss}`));
    for (const { tokenIssuer, tokenSubject, claims } of about) {
      if (tokenIssuer !== undefined && tokenIssuer !== iss && issuer !== '') continue;
      const all = Object.fromEntries(claims);
      for (const left of [undefined, ...claims.keys()]) {
        const kept = Object.fromEntries(Object.entries(all).filter(([name]) => name !== left));
        add(token(tokenIssuer ?? iss, { ...base, ...withAudience(kept, audiences), sub: tokenSubject ?? 'someone' }, describeToken(tokenIssuer ?? iss, tokenSubject, kept)));
      }
    }
    if (audiences.length > 0) add(token(iss, { aud: `other.${UNNAMED}`, sub: 'someone' }, `token of ${iss} for another audience`));
    add(token(iss, { ...base, sub: 'someone', exp: 1 }, `expired token of ${iss}`));
  }
  add(token(`https://${UNNAMED}`, { sub: 'someone' }, 'token of any other issuer'));
  return [...found.values()];
}

/** Every client without token and with each token. */
export function allCallers(clients: readonly NamedClient[], tokens: readonly NamedToken[]): Caller[] {
  return [...clients.map((client) => callerOf(client)), ...clients.flatMap((client) => tokens.map((each) => callerOf(client, each)))];
}

/** A certificate in words. */
export function describeCertificate({ uris, subject, issuer, dnsNames }: CertificateNames): string {
  const names = [subject, ...uris, ...dnsNames].filter((name) => name !== '').join(', ');
  return `certificate ${names}${issuer === '' ? '' : `${names === '' ? '' : ' '}issued by ${issuer}`}`;
}

function token(issuer: string, { sub, aud, ...claims }: { sub?: string; aud?: unknown; [name: string]: unknown }, name: string): NamedToken {
  const audiences = aud === undefined ? undefined : [aud].flat().map(String);
  return { name, token: Token.verified({ issuer, subject: sub, audiences, claims }), audience: audiences?.join(', '), named: !issuer.includes(UNNAMED) };
}

/** An audience that a policy asks for stands beside one that the issuer's rule asks for. */
function withAudience(claims: { [name: string]: unknown }, audiences: readonly string[]): { [name: string]: unknown } {
  return claims.aud === undefined || audiences.length === 0 ? claims : { ...claims, aud: [claims.aud, audiences[0]].flat() };
}

function describeToken(issuer: string, subject: string | undefined, claims: { [name: string]: unknown }): string {
  const said = [...(subject === undefined || subject === 'someone' ? [] : [`sub ${subject}`]), ...Object.entries(claims).map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)];
  return `token of ${issuer}${said.length === 0 ? '' : ` with ${said.join(', ')}`}`;
}

function account(uri: string, trustDomain: string): string {
  const [domain, , namespace, , name] = uri.slice('spiffe://'.length).split('/');
  return `${domain === trustDomain ? '' : `${domain}: `}${namespace}/${name}`;
}

function byName(a: NamedClient, b: NamedClient): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
