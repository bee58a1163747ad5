/**
 * Who calls, as one entry of a rule's `from`. The fields are ANDed, the values of one field ORed; a `not…` field is true for what it does not list.
 *
 * Identities are those that the enforcing proxy itself verified: at a workload behind a gateway the peer is the gateway, not the external client.
 */
export interface PolicySource {
  /**
   * Peer identities without `spiffe://`: `cluster.local/ns/demo/sa/caller`; `v*`, `*v` and `*` (any certificate) are wildcards.
   * @default - any peer
   */
  readonly principals?: string[];
  /**
   * Peer identities that do not match; true for peers without a certificate.
   * @default - none
   */
  readonly notPrincipals?: string[];
  /**
   * Token identities `<issuer>/<subject>`: `https://idp.example.com/*` is any subject of one issuer, `*` any token with issuer and subject.
   * @default - any token or none
   */
  readonly requestPrincipals?: string[];
  /**
   * Token identities that do not match; true for requests without a token.
   * @default - none
   */
  readonly notRequestPrincipals?: string[];
  /**
   * Namespaces of the peers, read from their certificates: never rely on it where an external certificate authority is trusted.
   * @default - any namespace
   */
  readonly namespaces?: string[];
  /**
   * Namespaces that do not match.
   * @default - none
   */
  readonly notNamespaces?: string[];
  /**
   * Service accounts of the peers, as `<namespace>/<account>` or `<account>` of the policy's namespace; no wildcards, at most 16 values of 320 characters.
   * @default - any account
   */
  readonly serviceAccounts?: string[];
  /**
   * Service accounts that do not match.
   * @default - none
   */
  readonly notServiceAccounts?: string[];
  /**
   * Addresses or CIDR blocks of the direct TCP peer; behind a load balancer that is the load balancer or a node.
   * @default - any address
   */
  readonly ipBlocks?: string[];
  /**
   * Addresses or CIDR blocks of TCP peers that do not match.
   * @default - none
   */
  readonly notIpBlocks?: string[];
  /**
   * Addresses or CIDR blocks of the client by `X-Forwarded-For` or PROXY protocol; as true as the mesh's `numTrustedProxies`.
   * @default - any address
   */
  readonly remoteIpBlocks?: string[];
  /**
   * Addresses or CIDR blocks of clients that do not match.
   * @default - none
   */
  readonly notRemoteIpBlocks?: string[];
}

/** What is asked for, as one entry of a rule's `to`. The fields are ANDed, the values of one field ORed. */
export interface PolicyOperation {
  /**
   * Values for the request's authority with its port, in any letter case: a host needs both `h` and `h:*`.
   * @default - any host
   */
  readonly hosts?: string[];
  /**
   * Authorities that do not match.
   * @default - none
   */
  readonly notHosts?: string[];
  /**
   * Ports on which the proxy listens, as text: at a workload the container port, at a gateway the target port, never the Service port.
   * @default - any port
   */
  readonly ports?: string[];
  /**
   * Ports that do not match.
   * @default - none
   */
  readonly notPorts?: string[];
  /**
   * Request methods in upper case.
   * @default - any method
   */
  readonly methods?: string[];
  /**
   * Methods that do not match.
   * @default - none
   */
  readonly notMethods?: string[];
  /**
   * Paths without query, as Envoy normalised them: exact, `/v*`, `*v`, or a template with `{*}` and `{**}`.
   * @default - any path
   */
  readonly paths?: string[];
  /**
   * Paths that do not match.
   * @default - none
   */
  readonly notPaths?: string[];
}

/** A further condition on a request. With both lists set, both must hold. */
export interface PolicyCondition {
  /** The attribute: `request.headers[X-Name]`, `request.auth.claims[groups]`, `source.ip`, `connection.sni` and the others that Istio knows. */
  readonly key: string;
  /**
   * Values of which one must match; a missing attribute matches none.
   * @default - any value
   */
  readonly values?: string[];
  /**
   * Values of which none may match; a missing attribute satisfies this.
   * @default - none
   */
  readonly notValues?: string[];
}

/**
 * One rule of a policy: matches when one entry of `from`, one of `to` and all of `when` do.
 *
 * What is left out does not limit the rule, so the rule `{}` matches every request.
 */
export interface PolicyRule {
  /**
   * Who calls.
   * @default - anybody
   */
  readonly from?: PolicySource[];
  /**
   * What is asked for.
   * @default - anything
   */
  readonly to?: PolicyOperation[];
  /**
   * Further conditions, all of which must hold.
   * @default - none
   */
  readonly when?: PolicyCondition[];
}
