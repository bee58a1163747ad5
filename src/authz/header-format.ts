import { createHash } from 'node:crypto';
import { unknownValue } from './header-lines';
import { headerValues, HttpMessage } from './http-message';
import { Peer } from './peer';
import { OPERATOR, parts } from '../mesh/header-format';

/** A header value with its operators replaced, as Envoy's router does it. */
export function formatValue(value: string, message: HttpMessage, peer: Peer): string {
  let unknown: string | undefined;
  const text = parts(value).map((part) => {
    if (part === '%%') return '%';
    const operator = OPERATOR.exec(part);
    if (operator === null || operator[0] !== part) return part;
    const found = operate(operator[1], operator[2], message, peer);
    if (found === undefined) unknown = part;
    return operator[3] === undefined ? found ?? '' : (found ?? '').slice(0, Number(operator[3]));
  }).join('');
  return unknown === undefined ? text : unknownValue(value);
}

function operate(name: string, argument: string | undefined, message: HttpMessage, peer: Peer): string | undefined {
  const { certificate } = peer;
  switch (name) {
    case 'DOWNSTREAM_PEER_SUBJECT': return certificate?.subject ?? '';
    case 'DOWNSTREAM_PEER_ISSUER': return certificate?.issuer ?? '';
    case 'DOWNSTREAM_PEER_URI_SAN': return certificate?.uris.join(',') ?? '';
    case 'DOWNSTREAM_PEER_DNS_SAN': return certificate?.dnsNames.join(',') ?? '';
    case 'DOWNSTREAM_PEER_CERT': return certificate === undefined ? '' : certificate.chain && encodeURIComponent(certificate.chain[0].pem);
    case 'DOWNSTREAM_PEER_FINGERPRINT_256': return certificate === undefined ? '' : certificate.chain && createHash('sha256').update(certificate.chain[0].der).digest('hex');
    case 'REQ': return requestHeader(argument ?? '', message);
    default: return name.startsWith('DOWNSTREAM_PEER') && certificate === undefined ? '' : undefined;
  }
}

/** `%REQ(a?b)%`: the first of the two headers that is there; in headers an absent one is empty. */
function requestHeader(argument: string, message: HttpMessage): string {
  const names = argument.split('?').map((name) => name.toLowerCase());
  return names.map((name) => headerValues(message, name)).find((values) => values.length > 0)?.[0] ?? '';
}
