import { KubeObject } from './kube-object';
import { field, text, Value } from './value';

/**
 * The Istio objects that Kyma's operator creates for an ExternalGateway: a Gateway, and EnvoyFilters that check the client's subject.
 *
 * The Gateway has a second host below the domain of the cluster, which is not known: here `kyma.invalid`. It is `external` for all that do not choose another, and of two
 * Gateways with one host istiod serves one only (seen on istiod 1.30).
 *
 * The filters are extensions of the proxy, whose effect is not modelled.
 */
export function expandExternalGateway(object: KubeObject): Value[] {
  const { namespace, name, spec } = object;
  const domain = text(field(spec, 'externalDomain'));
  if (domain === undefined) return [];
  const internal = text(field(field(spec, 'internalDomain'), 'kymaSubdomain')) ?? 'external';
  return [
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: `${name}-gw`, namespace },
      spec: {
        selector: { istio: 'ingressgateway' },
        servers: [{ hosts: [domain, `${internal}.kyma.invalid`], port: { name: 'https-external', number: 443, protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: `${name}-tls` } }],
      },
    },
    { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter', metadata: { name: `${name}-cv`, namespace: 'istio-system' }, spec: { workloadSelector: { labels: { istio: 'ingressgateway' } } } },
  ];
}
