import { kubernetesGateways, nameListener } from './gateways';
import { ClientCheck } from '../../mesh/client-check';
import { describeObject } from '../../mesh/kube-object';
import { GatewayListener, KubernetesGateway, TERMINATE_MODE } from '../../mesh/kubernetes-gateway';
import { at, entries } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { pointer } from '../pointer';

const MODES = ['MUTUAL', 'OPTIONAL_MUTUAL', 'ISTIO_MUTUAL', 'ISTIO_SIMPLE'];

/**
 * MTLS106: a listener asks for client certificates by an option that Istio does not know.
 *
 * Options are free text to the API server (Gateway API, `ListenerTLSConfig.options`); istiod compares key and value as they are spelled, and without a match
 * the listener is SIMPLE (istio `pilot/pkg/config/kube/gateway/conversion.go`, `buildTLS`).
 */
export const unknownOption: Check = {
  id: 'MTLS106',
  title: 'an option for client certificates that Istio does not know',
  severity: Severity.ERROR,
  effect: Effect.OPEN,
  find: (context) => kubernetesGateways(context).flatMap((gateway) => {
    return [...gateway.listeners.filter(isOpen).flatMap(optionsOf), ...annotated(gateway)];
  }),
};

/** A listener that ends TLS and asks for no certificate. */
function isOpen({ check, protocol }: GatewayListener): boolean {
  return check === ClientCheck.NONE && protocol === 'HTTPS';
}

function optionsOf(listener: GatewayListener): Finding[] {
  return entries(at(listener.body, 'tls', 'options')).flatMap(([key, value]): Finding[] => {
    if (typeof value !== 'string') return [];
    const meant = spelled(value);
    const known = key === TERMINATE_MODE ? value === 'SIMPLE' || value === meant : meant === undefined || meant === 'ISTIO_SIMPLE';
    if (known) return [];
    const path = ['spec', 'listeners', listener.index, 'tls', 'options', key];
    return [{
      object: listener.gateway.object,
      path,
      message: `${nameListener(listener)} has option \`${key}: ${value}\`, which Istio does not know`,
      effect: EFFECT,
      cure: `write \`${TERMINATE_MODE}: ${meant ?? 'MUTUAL'}\`, letter for letter`,
      patch: meant === undefined ? undefined : [
        { op: 'remove', path: pointer(path) },
        { op: 'add', path: pointer([...path.slice(0, -1), TERMINATE_MODE]), value: meant },
      ],
    }];
  });
}

const EFFECT = 'the option is ignored: the listener asks for no client certificate, and anybody gets in';

/** The mode that a spelling comes near to. */
function spelled(value: string): string | undefined {
  const mode = value.trim().toUpperCase().replace(/[- ]/g, '_');
  return MODES.includes(mode) ? mode : mode === 'MTLS' ? 'MUTUAL' : undefined;
}

/** The option as an annotation of the Gateway, which nobody reads. */
function annotated({ object, listeners }: KubernetesGateway): Finding[] {
  const value = object.annotations.get(TERMINATE_MODE);
  const open = listeners.find((listener) => isOpen(listener) && at(listener.body, 'tls', 'options') === undefined);
  if (value === undefined || open === undefined) return [];
  return [{
    object,
    path: ['metadata', 'annotations', TERMINATE_MODE],
    message: `${describeObject(object)} has \`${TERMINATE_MODE}\` as an annotation, and ${nameListener(open)} does not have it as an option`,
    effect: EFFECT,
    cure: 'move it to `tls.options` of the listener',
  }];
}
