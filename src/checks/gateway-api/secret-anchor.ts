import { kubernetesGateways } from './gateways';
import { describeObject } from '../../mesh/kube-object';
import type { KubernetesGateway } from '../../mesh/kubernetes-gateway';
import { at, field, list, number, text, Value } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, FieldPath, Finding, Severity } from '../finding';

/** The minor version of Istio that was seen to give such a Secret out. */
const CORRECTED = 32;

/** The newest one that was seen not to. */
const LAST = 30;

/**
 * MTLS109: a Gateway names a Secret as the CA of clients, on an Istio that gives it to no gateway.
 *
 * Istio 1.30 accepts it, and then lets pods have only Secrets of `certificateRefs` (istio `pilot/pkg/model/gateway.go`, `VerifiedCertificateReferences`, and
 * `pilot/pkg/xds/sds.go`); its development after that lets them have the CA too.
 */
export const secretAnchor: Check = {
  id: 'MTLS109',
  title: 'a CA of clients in a Secret, which Istio 1.30 gives to no gateway',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const { profile, view: { settings: { behaviour: { minor } } } } = context;
    const declared = profile.istioVersion !== undefined;
    if (declared && minor >= CORRECTED) return [];
    const certainty = declared && minor <= LAST ? {} : { severity: Severity.WARNING };
    return kubernetesGateways(context).flatMap((gateway) => secretsOf(gateway).map(({ name, path }): Finding => ({
      ...certainty,
      object: gateway.object,
      path: [...path, 'kind'],
      message: `${describeObject(gateway.object)} verifies clients by Secret \`${name}\``,
      effect: 'Istio 1.30 gives the Secret to no gateway, and every connection is closed during the handshake',
      cure: 'put the CA in a ConfigMap, key `ca.crt`, and name that: `kind: ConfigMap`',
    })));
  },
};

/** The Secrets that a Gateway names as CAs of clients, on ports where it ends TLS. */
function secretsOf({ object, listeners }: KubernetesGateway): { readonly name: string; readonly path: FieldPath }[] {
  return frontends(object.spec).flatMap(({ tls, path, port, others }) => {
    const serves = listeners.some((listener) => listener.protocol === 'HTTPS' && (port === undefined ? !others.includes(listener.port) : listener.port === port));
    return !serves ? [] : list(at(tls, 'validation', 'caCertificateRefs')).flatMap((reference, index) => (text(field(reference, 'kind')) !== 'Secret' ? [] : [{
      name: text(field(reference, 'name')) ?? '',
      path: [...path, 'validation', 'caCertificateRefs', index],
    }]));
  });
}

interface Frontend {
  readonly tls: Value;
  readonly path: FieldPath;
  /** Undefined for every port that has no settings of its own. */
  readonly port?: number;
  readonly others: readonly number[];
}

function frontends(spec: Value): Frontend[] {
  const frontend = at(spec, 'tls', 'frontend');
  const own = list(field(frontend, 'perPort')).map((entry, index) => (
    { tls: field(entry, 'tls'), path: ['spec', 'tls', 'frontend', 'perPort', index, 'tls'], port: number(field(entry, 'port')) ?? 0, others: [] }));
  return [{ tls: field(frontend, 'default'), path: ['spec', 'tls', 'frontend', 'default'], others: own.map(({ port }) => port) }, ...own];
}
