/** What happens on port 80. */
export enum PlainHttp {
  /** Nothing listens there for the gateway's hosts. */
  CLOSED = 'CLOSED',
  /**
   * Requests are answered with a redirect to HTTPS (301).
   *
   * Policies run before the redirect: hosts that the gateway guards with a policy are answered with 403 instead.
   */
  REDIRECT = 'REDIRECT',
}
