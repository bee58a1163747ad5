import { kubernetesGateways } from './gateways';
import { describeObject } from '../../mesh/kube-object';
import { at, field, list, number, text, Value } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, FieldPath, Finding, Severity } from '../finding';

/**
 * MTLS109: a Gateway names a Secret as the CA of clients.
 *
 * istiod accepts it and then gives it to no gateway: of Secrets, only those of `certificateRefs` count as permitted (istio `pilot/pkg/model/gateway.go`,
 * `VerifiedCertificateReferences`, and `pilot/pkg/xds/sds.go`).
 */
export const secretAnchor: Check = {
  id: 'MTLS109',
  title: 'a CA of clients in a Secret, which Istio gives to no gateway',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => kubernetesGateways(context).flatMap(({ object, listeners }) => frontends(object.spec).flatMap(({ tls, path, port, others }) => {
    const serves = listeners.some((listener) => listener.protocol === 'HTTPS' && (port === undefined ? !others.includes(listener.port) : listener.port === port));
    return list(at(tls, 'validation', 'caCertificateRefs')).flatMap((reference, index): Finding[] => (!serves || text(field(reference, 'kind')) !== 'Secret' ? [] : [{
      object,
      path: [...path, 'validation', 'caCertificateRefs', index, 'kind'],
      message: `${describeObject(object)} verifies clients by Secret \`${text(field(reference, 'name')) ?? ''}\``,
      effect: 'Istio gives the Secret to no gateway, and every connection is closed during the handshake',
      cure: 'put the CA in a ConfigMap, key `ca.crt`, and name that: `kind: ConfigMap`',
    }]));
  })),
};

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
