/** How far a mutual-TLS gateway is protected from others who may configure the same ingress workload. */
export enum GatewayStrength {
  /**
   * The ingress workload is shared: a DENY policy refuses requests for the gateway's exact hosts that come without a verified client certificate or over
   * another server name. Others stay untouched.
   *
   * Left open: who may write Gateways for the workload can serve an exact host under our wildcard server; who may write VirtualServices for it can send
   * requests with forged identity headers to our workloads, because the caller is the same gateway account.
   */
  SHARED = 'SHARED',
  /**
   * The ingress workload serves this gateway alone, with an account of its own: an ALLOW policy admits nothing but the gateway's hosts, over their own
   * server names, with a verified client certificate. Closes what `SHARED` leaves open, as long as others may not write Gateways and routes for it.
   */
  DEDICATED = 'DEDICATED',
}
