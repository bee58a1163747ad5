import { modeOfNamespace, writtenPeerAuthentications } from './peers';
import { serviceOfHost } from '../../mesh/backend';
import { describeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, Severity } from '../finding';

/**
 * MTLS063: pods demand mutual TLS, and the rest of their namespace has it off, which is what callers go by.
 *
 * A proxy that sends looks at the PeerAuthentications of namespace and mesh and not at those with a selector (istio automatic mutual TLS).
 */
export const plaintextSender: Check = {
  id: 'MTLS063',
  title: 'mutual TLS that is demanded where callers send plain text',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const strict = writtenPeerAuthentications(context).filter(({ mode, selector }) => mode === 'STRICT' && selector.size > 0);
    const namespaces = new Set(strict.map(({ object }) => object.namespace));
    const wideModes = new Map([...namespaces].map((namespace) => [namespace, modeOfNamespace(context, namespace)]));
    return strict.flatMap(({ object }) => {
      const wide = wideModes.get(object.namespace);
      if (wide?.mode !== 'DISABLE' || object.namespace === context.view.settings.rootNamespace) return [];
      return hasOwnSettings(context, object.namespace) ? [] : [{
        object,
        path: ['spec', 'mtls', 'mode'],
        message: `${describeObject(object)} demands mutual TLS, and ${describeObject(wide.object)} switches it off for callers`,
        effect: 'gateways and sidecars send plain text to these pods, and requests fail with 503',
        cure: 'make the one of the namespace or mesh `PERMISSIVE`',
        related: [wide.object],
      }];
    });
  },
};

/** Callers go by a DestinationRule first. */
function hasOwnSettings({ view }: CheckContext, namespace: string): boolean {
  const isHere = (host: string) => (serviceOfHost(host)?.namespace ?? namespace) === namespace;
  return view.destinationRules.some(({ host, tlsMode, detailed }) => (tlsMode !== undefined || detailed) && isHere(host));
}
