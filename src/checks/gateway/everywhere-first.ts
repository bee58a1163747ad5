import { pathOf, writtenServers } from './server';
import { field, texts } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/**
 * MTLS055: a server lists the host `*`+`/*` before another host with a namespace part, which ends istiod.
 *
 * istiod replaces the whole list by `*` while it walks through it, and then writes beyond its end (istio `pilot/pkg/model/gateway.go`,
 * sanitizeServerHostNamespace). The webhook lets the Gateway pass.
 */
export const everywhereFirst: Check = {
  id: 'MTLS055',
  title: '`*/*` before another host with a namespace',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: ({ view }) => writtenServers(view).flatMap(({ server, raw, name }) => {
    const hosts = texts(field(raw, 'hosts'));
    const first = hosts.indexOf('*/*');
    const later = hosts.find((host, index) => first >= 0 && index > first && host !== '*/*' && /^[.*]\//.test(host));
    if (later === undefined) return [];
    return [{
      object: server.gateway.object,
      path: pathOf(server, 'hosts', first),
      message: `${name} has host \`*/*\` before \`${later}\``,
      effect: 'istiod ends with a panic when it reads the Gateway, and again after each restart: no proxy gets configuration any more',
      cure: 'write `*` alone, which says the same',
      patch: [{ op: 'replace', path: `/${pathOf(server, 'hosts').join('/')}`, value: ['*'] }],
    }];
  }),
};
