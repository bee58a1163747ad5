import { ANYTHING, exampleOf, fieldsOf, headerOf, IdentityHeader, valuesOf } from './vocabulary';
import { Client } from '../authz/client';
import { PeerCertificate } from '../authz/peer';
import { Token } from '../authz/token';
import { PolicyField, PolicyRule } from '../mesh/authorization-policy';
import { JwtRule } from '../mesh/request-authentication';

/** Who sends a request, whatever he says of himself. */
export interface Caller {
  readonly text: string;
  readonly client: Client;
  readonly token?: Token;
  /** He holds a certificate of the client CA. */
  readonly certificate: boolean;
  /** His certificate is of a CA of his own. */
  readonly foreign?: boolean;
  /** A policy names him: by certificate, account or token. */
  readonly named: boolean;
}

/** What a certificate says. */
export type Names = Pick<PeerCertificate, 'subject' | 'issuer' | 'uris' | 'dnsNames'>;

export const SOME_ISSUER = 'CN=client CA';
const NOBODY: Names = { subject: '', issuer: SOME_ISSUER, uris: [], dnsNames: [] };

/** The client without certificate, over TLS. */
export const ANONYMOUS: Caller = { text: 'no certificate', client: Client.none(), certificate: false, named: false };

/** The client without TLS. */
export const PLAINTEXT: Caller = { text: 'plain HTTP', client: Client.plaintext(), certificate: false, named: false };

/** A client with a certificate of his own making. */
export const UNTRUSTED: Caller = { text: 'a certificate of a foreign CA', client: Client.untrusted(), certificate: false, foreign: true, named: false };

/** Holders of certificates that no policy names, one for each kind of name that a certificate may lack. */
export const STRANGERS: readonly Caller[] = [
  holder({ ...NOBODY, subject: `CN=${ANYTHING}` }, 'a certificate that no policy names', false),
  holder({ ...NOBODY, uris: [`spiffe://${ANYTHING}.invalid/client`] }, 'a certificate with a SPIFFE ID and no subject', false),
  holder({ ...NOBODY, dnsNames: [`${ANYTHING}.invalid`] }, 'a certificate with a DNS name and no subject', false),
  holder(NOBODY, 'a certificate without names', false),
];

/** The holder of a certificate with some names. */
export function holder(names: Names, text: string, named: boolean): Caller {
  return { text, client: Client._printed(names), certificate: true, named };
}

/** The certificates that policies name, each with no more names than that takes. */
export function namedHolders(rules: readonly PolicyRule[], headers: ReadonlyMap<string, readonly IdentityHeader[]>, trustDomain: string): Caller[] {
  const fields = fieldsOf(rules);
  const uris = [
    ...valuesOf(fields, 'principals', 'source.principal').filter((value) => value !== '*').map((value) => `spiffe://${exampleOf(value).replace(/^spiffe:\/\//, '')}`),
    ...valuesOf(fields, 'namespaces', 'source.namespace').map((value) => `spiffe://${trustDomain}/ns/${value.replace(/\*/g, ANYTHING)}/sa/${ANYTHING}`),
    ...valuesOf(fields, 'trustDomains', 'source.trustDomain').map((value) => `spiffe://${value.replace(/\*/g, ANYTHING)}/${ANYTHING}`),
    ...valuesOf(fields, 'serviceAccounts', 'source.serviceAccount').map((value) => `spiffe://${trustDomain}/ns/${value.includes('/') ? value.replace('/', '/sa/') : `default/sa/${value}`}`),
  ];
  const byUri = [...new Set(uris)].map((uri) => holder({ ...NOBODY, uris: [uri] }, `certificate ${uri}`, true));
  const all = [...byUri, ...fields.flatMap((field) => byHeader(field, headers))];
  return [...new Map(all.map((caller) => [caller.text, caller])).values()];
}

function byHeader(field: PolicyField, headers: ReadonlyMap<string, readonly IdentityHeader[]>): Caller[] {
  const formats = (headers.get(headerOf(field) ?? '') ?? []).flatMap(({ format }) => format ?? []);
  return formats.flatMap((format) => [...field.values, ...field.notValues].filter((value) => value !== '*').flatMap((value) => {
    const example = exampleOf(value);
    switch (format) {
      case '%DOWNSTREAM_PEER_SUBJECT%': return [holder({ ...NOBODY, subject: example }, `certificate ${example}`, true)];
      case '%DOWNSTREAM_PEER_URI_SAN%': return [holder({ ...NOBODY, uris: [example] }, `certificate ${example}`, true)];
      case '%DOWNSTREAM_PEER_DNS_SAN%': return [holder({ ...NOBODY, dnsNames: [example] }, `certificate ${example}`, true)];
      case '%DOWNSTREAM_PEER_ISSUER%': return [holder({ ...NOBODY, subject: `CN=${ANYTHING}`, issuer: example }, `a certificate of ${example}`, true)];
      default: return [];
    }
  }));
}

/** Bearers of tokens: for each issuer one that is good for it, one without subject, one for another application; and those that policies name. */
export function bearers(issuersOf: readonly JwtRule[], rules: readonly PolicyRule[]): Caller[] {
  const issuers = [...new Map(issuersOf.map((rule) => [rule.issuer, rule])).values()].filter(({ issuer }) => issuer !== '');
  const fields = fieldsOf(rules);
  const subjects = valuesOf(fields, 'requestPrincipals', 'request.auth.principal').flatMap((value) => {
    const slash = value.lastIndexOf('/');
    return slash < 0 ? [] : [{ issuer: value.slice(0, slash), subject: exampleOf(value.slice(slash + 1)) }];
  });
  const make = (issuer: string, subject: string | undefined, audiences: string[] | undefined, text: string, named: boolean): Caller => (
    { ...ANONYMOUS, text, token: Token.verified({ issuer, subject, audiences }), named }
  );
  return issuers.flatMap(({ issuer, audiences }) => {
    const audience = audiences.length > 0 ? [audiences[0]] : undefined;
    return [
      make(issuer, ANYTHING, audience, `a token of ${issuer}`, true),
      make(issuer, undefined, audience, `a token of ${issuer} without \`sub\``, false),
      make(issuer, ANYTHING, [`${ANYTHING}.invalid`], `a token of ${issuer} for another application`, false),
      ...subjects.filter((entry) => entry.issuer === issuer && entry.subject !== ANYTHING)
        .map(({ subject }) => make(issuer, subject, audience, `a token of ${issuer} for subject ${subject}`, true)),
    ];
  });
}
