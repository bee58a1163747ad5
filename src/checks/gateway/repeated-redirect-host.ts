import { repeatedHosts } from './repeated-host';
import { isPlainHttp } from '../../mesh/gateway';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS056: two servers that redirect to HTTPS have one host on one port.
 *
 * To istiod a server with `tls` is one with `tls`, also where it only redirects: the younger one is dropped whole. Its other hosts are then not redirected; where another
 * server of the port has them, they are served in plain text.
 */
export const repeatedRedirectHost: Check = {
  id: 'MTLS056',
  title: 'one host in two servers that redirect',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => repeatedHosts(context, (server) => isPlainHttp(server.protocol), 'Istio drops the redirect of the younger Gateway whole: its other hosts are answered in plain text or with 404'),
};
