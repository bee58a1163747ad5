import { IDENTITY_HEADER_SPELLINGS } from '../model/identity-header-names';
import { checkedHeaders, HeaderOperations } from '../resources/header-operations';
import type { PolicyCondition } from '../resources/policy-rule';

/** The headers in which a certificate-secured workload learns who the client is. */
export enum IdentityHeader {
  /** The subject of the client's certificate as Envoy prints it: `O=Example,CN=client`. */
  CN = 'X-CLIENT-SSL-CN',
  /** The URIs of the certificate's subject alternative names, joined with `,`: `spiffe://partner.example/billing`. */
  SAN = 'X-CLIENT-SSL-SAN',
  /** The issuer of the certificate, printed like the subject. */
  ISSUER = 'X-CLIENT-SSL-ISSUER',
}

const WITHOUT_IDENTITY = checkedHeaders({ request: { remove: [...IDENTITY_HEADER_SPELLINGS] } });
const WITH_IDENTITY = checkedHeaders({
  request: {
    remove: [...IDENTITY_HEADER_SPELLINGS],
    set: {
      [IdentityHeader.CN]: '%DOWNSTREAM_PEER_SUBJECT%',
      [IdentityHeader.SAN]: '%DOWNSTREAM_PEER_URI_SAN%',
      [IdentityHeader.ISSUER]: '%DOWNSTREAM_PEER_ISSUER%',
    },
  },
});

/**
 * Header operations of a route that takes the client's word for nothing: all spellings removed, and none set.
 * @internal
 */
export function withoutIdentity(): HeaderOperations {
  return WITHOUT_IDENTITY;
}

/**
 * Header operations of a route that tells the identity which the gateway verified.
 *
 * Removing comes first in Envoy, so that nothing of the client survives where the certificate has no such name and the value to set is empty.
 * @internal
 */
export function withIdentity(): HeaderOperations {
  return WITH_IDENTITY;
}

/**
 * Conditions that hold for requests without any identity header: callers inside the mesh pass no gateway that would remove forged ones.
 * @internal
 */
export function noIdentityHeaders(): PolicyCondition[] {
  return IDENTITY_HEADER_SPELLINGS.map((name) => ({ key: `request.headers[${name}]`, notValues: ['*'] }));
}
