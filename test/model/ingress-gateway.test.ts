import { checkedPort, IngressGateway } from '../../src/model/ingress-gateway';

const valid = { labels: { istio: 'edge' }, namespace: 'edge', serviceAccount: 'edge' };

test.each([
  ['istioctl', IngressGateway.istioctlDefault(), { app: 'istio-ingressgateway', istio: 'ingressgateway' },
    'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account', 8443],
  ['Kyma', IngressGateway.kyma(), { app: 'istio-ingressgateway', istio: 'ingressgateway' },
    'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account', 8443],
  ['Alibaba ASM', IngressGateway.asm(), { istio: 'ingressgateway' }, 'cluster.local/ns/istio-system/sa/istio-ingressgateway', 443],
  ['Helm', IngressGateway.helm(), { app: 'istio-ingressgateway', istio: 'ingressgateway' }, 'cluster.local/ns/istio-ingress/sa/istio-ingressgateway', 443],
  ['Helm, own release', IngressGateway.helm({ release: 'partner', namespace: 'edge' }), { app: 'partner', istio: 'partner' }, 'cluster.local/ns/edge/sa/partner', 443],
])('the ready-made gateway of %s carries the labels, account and ports of its installation', (_name, gateway, labels, principal, targetPort) => {
  expect(gateway.labels).toEqual(labels);
  expect(gateway.principal).toBe(principal);
  expect(gateway.targetPort(443)).toBe(targetPort);
});

test('a port that is not declared is its own target port', () => {
  expect(IngressGateway.of(valid).targetPort(9443)).toBe(9443);
});

test('what is handed out is a copy', () => {
  const gateway = IngressGateway.of(valid);
  gateway.labels.istio = 'other';
  gateway.ports.pop();
  expect(gateway.labels).toEqual({ istio: 'edge' });
  expect(gateway.ports).toEqual([{ port: 80, targetPort: 8080 }, { port: 443, targetPort: 8443 }]);
});

describe('a description is refused with its cure', () => {
  test.each([
    ['no labels', { ...valid, labels: {} }, 'ingress gateway has no labels `{}`: a selector without labels applies to every pod, give the labels that its pods carry'],
    ['labels missing from JavaScript', { ...valid, labels: undefined as any }, 'ingress gateway has no labels `{}`: a selector without labels applies to every pod, give the labels that its pods carry'],
    ['label key', { ...valid, labels: { 'a b': 'c' } }, 'invalid label key `a b` of ingress gateway: expected `[prefix/]name` with letters, digits, `-`, `_` and `.`'],
    ['label value', { ...valid, labels: { a: '*' } }, 'invalid value `*` of label `a` of ingress gateway: expected at most 63 letters, digits, `-`, `_` and `.`; policies know no wildcards in selectors'],
    ['label value that is a number', { ...valid, labels: { a: 1 as any } }, 'invalid value `1` of label `a` of ingress gateway: expected at most 63 letters, digits, `-`, `_` and `.`; policies know no wildcards in selectors'],
    ['namespace', { ...valid, namespace: 'a/b' }, 'invalid namespace `a/b`: expected at most 63 lower-case letters, digits and inner `-`'],
    ['service account', { ...valid, serviceAccount: 'A' }, 'invalid service account `A`: expected a Kubernetes name such as `istio-ingressgateway-service-account`'],
    ['missing service account', { ...valid, serviceAccount: undefined as any }, 'invalid service account `undefined`: expected a Kubernetes name such as `istio-ingressgateway-service-account`'],
    ['trust domain', { ...valid, trustDomain: 'A/b' }, 'invalid trust domain `A/b`: expected lower-case letters, digits, `.`, `-` and `_`'],
    ['trust domain that is not text', { ...valid, trustDomain: 1 as any }, 'invalid trust domain `1`: expected lower-case letters, digits, `.`, `-` and `_`'],
    ['port', { ...valid, ports: [{ port: 0, targetPort: 1 }] }, 'invalid port `0`: expected an integer from 1 to 65535'],
    ['target port shared', { ...valid, ports: [{ port: 443, targetPort: 8443 }, { port: 8443, targetPort: 8443 }] },
      'target port `8443` serves two ports of the ingress gateway: Istio drops the servers of one of them, give each port its own target port'],
  ])('%s', (_name, props, message) => {
    expect(() => IngressGateway.of(props)).toThrow(new Error(message));
  });

  test.each([65536, 1.5, '443' as any])('port %p', (port) => {
    expect(() => checkedPort(port)).toThrow(new Error(`invalid port \`${port}\`: expected an integer from 1 to 65535`));
  });
});
