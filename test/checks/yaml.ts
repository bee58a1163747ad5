import { documentsOf } from './cases';
import { Check, CheckContext, Profile, Finding } from '../../src/checks';
import { MeshProfile } from '../../src/model/mesh-profile';

/** What a check finds in YAML, each finding as text with its field. */
export function found(check: Check, yaml: string, profile: Partial<Profile> = {}): string[] {
  return findings(check, yaml, profile).map(({ object, path, message }) => `${object.namespace}/${object.name} ${path.join('.')}: ${message}`);
}

/** What a check finds in YAML. */
export function findings(check: Check, yaml: string, profile: Partial<Profile> = {}): Finding[] {
  return check.find(new CheckContext(documentsOf(yaml), { mesh: MeshProfile.ISTIO, ...profile }));
}

/** The documents as one text. */
export function all(...documents: string[]): string {
  return documents.join('\n---\n');
}

/** An AuthorizationPolicy: its rules as YAML in flow style. */
export function policy(
  rules: string,
  spec: { action?: string; selector?: string | null; name?: string; namespace?: string; annotations?: string } = {},
): string {
  const { action = 'ALLOW', selector = '{matchLabels: {app: httpbin}}', name = 'p', namespace = 'default', annotations = '{}' } = spec;
  return `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: ${namespace}, annotations: ${annotations}}
spec:
  action: ${action}
${selector === null ? '' : `  selector: ${selector}\n`}  rules: ${rules}`;
}

/** The labels of the default ingress gateway as a selector. */
export const GATEWAY_PODS = '{matchLabels: {istio: ingressgateway}}';

/** A Gateway with one server. */
export function gateway(server = '{hosts: ["*.test"], port: {name: http, number: 80, protocol: HTTP}}', name = 'edge', namespace = 'default'): string {
  return `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: {istio: ingressgateway}, servers: [${server}]}`;
}

/** A server that demands client certificates. */
export const MUTUAL = '{hosts: ["*.test"], port: {name: https, number: 443, protocol: HTTPS}, tls: {mode: MUTUAL, credentialName: edge}}';

/** A VirtualService: its `http` as YAML in flow style. */
export function virtualService(
  http: string,
  spec: { hosts?: string; gateways?: string; name?: string; namespace?: string; exportTo?: string } = {},
): string {
  const { hosts = '[a.test]', gateways = '[edge]', name = 'v', namespace = 'default', exportTo } = spec;
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: ${name}, namespace: ${namespace}}
spec:
  hosts: ${hosts}
  gateways: ${gateways}
${exportTo === undefined ? '' : `  exportTo: ${exportTo}\n`}  http: ${http}`;
}

/** Where routes lead. */
export const TO_HTTPBIN = 'route: [{destination: {host: httpbin}}]';

/** A route that tells the client's subject in a header, safely. */
export const IDENTITY = `{headers: {request: {remove: [Client-Name, Client_Name], set: {Client-Name: "%DOWNSTREAM_PEER_SUBJECT%"}}}, ${TO_HTTPBIN}}`;

/** A Service of pods. */
export function service(ports: string, selector = '{app: httpbin}', name = 'httpbin', namespace = 'default', more = ''): string {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: ${namespace}}
spec: {selector: ${selector}, ports: [${ports}]${more}}`;
}

/** A Deployment. */
export function pods(labels = '{app: httpbin}', name = 'httpbin', namespace = 'default', spec = 'containers: [{name: app, image: app}]', annotations = '{}'): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: ${namespace}}
spec: {template: {metadata: {labels: ${labels}, annotations: ${annotations}}, spec: {${spec}}}}`;
}
