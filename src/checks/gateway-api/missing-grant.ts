import { kubernetesGateways, nameListener } from './gateways';
import type { KubeObject } from '../../mesh/kube-object';
import { frontendOf, GATEWAY_API, GatewayListener } from '../../mesh/kubernetes-gateway';
import { at, field, list, number, text, Value } from '../../mesh/value';
import type { Check } from '../check';
import type { CheckContext } from '../context';
import { Effect, FieldPath, Finding, Severity } from '../finding';
import { writtenObjects } from '../written';

/**
 * MTLS108: a Gateway takes a certificate from another namespace, and no ReferenceGrant there permits it.
 *
 * Without the certificate istiod leaves the listener out (Gateway API, `ReferenceGrant`; istio `buildTLS`). A grant of the Secret is one of its `-cacert` too.
 */
export const missingGrant: Check = {
  id: 'MTLS108',
  title: 'a certificate of another namespace without ReferenceGrant',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => kubernetesGateways(context).flatMap(({ listeners }) => listeners)
    .flatMap((listener) => referencesOf(listener).flatMap((reference) => findingsOf(reference, listener, context))),
};

interface Reference {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly path: FieldPath;
}

function findingsOf(reference: Reference, listener: GatewayListener, context: CheckContext): Finding[] {
  const { kind, name, namespace, path } = reference;
  const { gateway } = listener;
  if (namespace === gateway.namespace || isGranted(context, gateway.namespace, reference)) return [];
  const { credentials, complete } = context.view;
  const known = kind === 'Secret' ? credentials.hasSecret(namespace, name) : credentials.configMap(namespace, name) !== undefined;
  if (!known && !complete) return [];
  return [{
    // The grant may be somewhere else, but what it would grant is here.
    ...complete ? {} : { severity: Severity.WARNING },
    object: gateway.object,
    path,
    message: `${nameListener(listener)} takes ${kind} \`${namespace}/${name}\`, and no ReferenceGrant in \`${namespace}\` permits it`,
    effect: 'Istio leaves the listener out, and connections to it are closed',
    cure: `add a ReferenceGrant to namespace \`${namespace}\`: from Gateway of \`${gateway.namespace}\`, to ${kind} \`${name}\``,
  }];
}

/** The certificates of a listener, and the CAs by which it verifies clients. */
function referencesOf({ body, index, port, protocol, gateway }: GatewayListener): Reference[] {
  const certificates = list(at(body, 'tls', 'certificateRefs'));
  if ((protocol !== 'HTTPS' && protocol !== 'TLS') || certificates.length === 0) return [];
  const { namespace, object: { spec } } = gateway;
  const read = (value: Value, path: FieldPath): Reference => (
    { kind: text(field(value, 'kind')) || 'Secret', name: text(field(value, 'name')) ?? '', namespace: text(field(value, 'namespace')) || namespace, path });
  const own = list(at(spec, 'tls', 'frontend', 'perPort')).findIndex((entry) => number(field(entry, 'port')) === port);
  const frontend: FieldPath = own < 0 ? ['spec', 'tls', 'frontend', 'default'] : ['spec', 'tls', 'frontend', 'perPort', own, 'tls'];
  return [
    ...certificates.map((value, place) => read(value, ['spec', 'listeners', index, 'tls', 'certificateRefs', place])),
    ...list(at(frontendOf(spec, port), 'validation', 'caCertificateRefs')).map((value, place) => read(value, [...frontend, 'validation', 'caCertificateRefs', place])),
  ];
}

function isGranted(context: CheckContext, from: string, to: Reference): boolean {
  return writtenObjects(context, 'ReferenceGrant', GATEWAY_API).some((grant) => grant.namespace === to.namespace && grants(grant, from, to));
}

function grants({ spec }: KubeObject, from: string, { kind, name }: Reference): boolean {
  const isSource = (entry: Value) => text(field(entry, 'group')) === GATEWAY_API && text(field(entry, 'kind')) === 'Gateway' && text(field(entry, 'namespace')) === from;
  return list(field(spec, 'from')).some(isSource)
    && list(field(spec, 'to')).some((entry) => text(field(entry, 'kind')) === kind && (text(field(entry, 'name')) || name) === name);
}
