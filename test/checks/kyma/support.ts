import { CATALOGUE, CheckContext, runChecks } from '../../../src/checks';
import { MeshProfile } from '../../../src/model/mesh-profile';

export const noAuth = { noAuth: true };
export const jwt = { jwt: { authentications: [{ issuer: 'https://i.test', jwksUri: 'https://i.test/keys' }] } };
export const otherJwt = { jwt: { authentications: [{ issuer: 'https://other.test', jwksUri: 'https://other.test/keys' }] } };

export function rule(path: string, handler: object, methods: string[] = ['GET'], more: object = {}): object {
  return { path, methods, ...handler, ...more };
}

export function apiRule(rules: object[], spec: object = {}, metadata: object = {}, version = 'v2'): any {
  return {
    apiVersion: `gateway.kyma-project.io/${version}`,
    kind: 'APIRule',
    metadata: { name: 'orders', namespace: 'shop', ...metadata },
    spec: { gateway: 'edge/gateway', hosts: ['orders.d.test'], service: { name: 'orders', port: 80 }, rules, ...spec },
  };
}

export function gateway(servers: object[], name = 'gateway', namespace = 'edge'): any {
  return { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name, namespace }, spec: { selector: { istio: 'ingressgateway' }, servers } };
}

export const mutual = { port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'MUTUAL', credentialName: 'c' }, hosts: ['*.d.test'] };
export const simple = { port: { number: 443, name: 'https', protocol: 'HTTPS' }, tls: { mode: 'SIMPLE', credentialName: 'c' }, hosts: ['*.d.test'] };
export const redirect = { port: { number: 80, name: 'http', protocol: 'HTTP' }, tls: { httpsRedirect: true }, hosts: ['*.d.test'] };

export function service(name = 'orders', ports: object[] = [{ port: 80, targetPort: 8080, name: 'http' }], namespace = 'shop'): any {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { selector: { app: name }, ports } };
}

export function externalGateway(namespace = 'shop', spec: object = {}, name = 'partner'): any {
  return { apiVersion: 'gateway.kyma-project.io/v1alpha1', kind: 'ExternalGateway', metadata: { name, namespace }, spec: { externalDomain: 'api.partner.test', regionsConfigMap: 'regions', ...spec } };
}

/** What one check finds: object, field path, message, other objects that take part. */
export function findings(id: string, ...documents: any[]): { object: string; path: string; text: string; related?: string[] }[] {
  const check = CATALOGUE.find((candidate) => candidate.id === id)!;
  return runChecks(new CheckContext(documents, { mesh: MeshProfile.KYMA }), [check]).map(({ object, path, message, effect, cure, related }) => ({
    object: `${object.kind} ${object.namespace}/${object.name}`,
    path: path.join('.'),
    text: `${message}: ${effect}; ${cure}`,
    ...(related === undefined ? {} : { related: related.map((other) => `${other.kind} ${other.namespace}/${other.name}`) }),
  }));
}
