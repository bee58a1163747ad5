import { createHash, createPrivateKey } from 'node:crypto';
import { isReadableCrl } from './revocation';
import { Choices } from '../mesh/choices';
import { readCredentialName } from '../mesh/credential-name';
import { ServerTls } from '../mesh/gateway';
import { MeshView } from '../mesh/mesh-view';
import { Material } from '../mesh/secret';
import { Workload } from '../mesh/workload';
import { Certificate } from '../x509/certificate';

const CHART_MOUNTS = new Map([['/etc/istio/ingressgateway-certs', 'istio-ingressgateway-certs'], ['/etc/istio/ingressgateway-ca-certs', 'istio-ingressgateway-ca-certs']]);

/** What a gateway's Envoy gets for a server: its certificate, and what clients are verified by. */
export interface ServerCredential {
  readonly certificate: Material;
  /** Undefined in modes that ask for no certificate. */
  readonly anchor?: Material;
}

/** Finds the credentials of a server as istiod and the proxy's agent do: in the namespace of the gateway's pods. */
export function findCredential(view: MeshView, workload: Workload, tls: ServerTls, choices: Choices): ServerCredential {
  const { namespace } = workload;
  const verifies = tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL';
  const [name] = tls.credentialNames;
  if (tls.mode === 'ISTIO_MUTUAL') return { certificate: { state: 'unknown', source: 'the mesh' }, anchor: { state: 'unknown', source: 'the mesh' } };
  if (name === undefined) {
    const certificate = serverFile(view, workload, tls, choices);
    return { certificate, anchor: verifies ? usable(file(view, workload, tls.caCertificates, choices)) : undefined };
  }
  const certificates = tls.credentialNames.map((credential) => usable(resolve(view, namespace, credential, 'server', choices)));
  const certificate = certificates.find(({ state }) => state === 'missing') ?? certificates[0];
  return { certificate, anchor: verifies ? usable(anchorOf(view, namespace, tls, name, choices)) : undefined };
}

function anchorOf(view: MeshView, namespace: string, tls: ServerTls, name: string, choices: Choices): Material {
  const explicit = tls.caCertCredentialName;
  if (explicit === undefined) return resolve(view, namespace, name, 'anchor', choices);
  if (explicit.startsWith('configmap://') || explicit.endsWith('-cacert')) return resolve(view, namespace, explicit, 'anchor', choices);
  // istiod sends a server certificate under such a name, and of it Envoy takes an empty validation context (seen on Envoy 1.40.0).
  const server = resolve(view, namespace, explicit, 'server', choices);
  return server.state === 'missing' ? server : { state: 'empty', source: explicit };
}

function resolve(view: MeshView, namespace: string, credential: string, use: 'server' | 'anchor', choices: Choices): Material {
  const { kind, namespace: place, name } = readCredentialName(credential, namespace);
  if (kind === 'configmap') return use === 'anchor' ? view.credentials.anchorInConfigMap(place, name) : { state: 'missing', reason: 'a ConfigMap holds no server certificate' };
  if (kind === 'kubernetes' || kind === 'kubernetes-gateway') {
    if (place !== namespace) return { state: 'missing', reason: `credential \`${credential}\` is of another namespace than the gateway's pods (\`${namespace}\`)` };
    return use === 'server' ? view.credentials.server(place, name) : view.credentials.anchor(place, name);
  }
  return choices.ask(`credential ${credential}`, `the proxy finds credential ${credential}`) ? { state: 'unknown', source: credential } : { state: 'missing', reason: `no credential \`${credential}\`` };
}

/** Certificate and key, each a file. */
function serverFile(view: MeshView, workload: Workload, tls: ServerTls, choices: Choices): Material {
  const certificate = file(view, workload, tls.serverCertificate, choices);
  if (certificate.state !== 'present' || tls.privateKey === undefined) return certificate;
  const key = file(view, workload, tls.privateKey, choices);
  return key.state === 'present' ? usable({ ...certificate, key: key.pem }) : key;
}

/** A file in the gateway's pods: of a Secret that they mount, and where they are not among the manifests of the two that the charts mount. */
function file(view: MeshView, workload: Workload, path: string | undefined, choices: Choices): Material {
  if (path === undefined) return { state: 'missing', reason: 'the server names no file' };
  for (const [directory, secret] of workload.secretMounts ?? CHART_MOUNTS) {
    if (path.startsWith(`${directory}/`)) return view.credentials.file(workload.namespace, secret, path.slice(directory.length + 1));
  }
  if (!view.complete) return { state: 'unknown', source: path, assumed: `the gateway's pods have the file ${path}` };
  return choices.ask(`file ${path}`, `the gateway's pods have the file ${path}`) ? { state: 'unknown', source: path }
    : { state: 'missing', reason: `the gateway's pods have no file \`${path}\`` };
}

const problems = new Map<string, string>();

/** Envoy gets nothing of a credential that it cannot use. */
function usable(material: Material): Material {
  if (material.state !== 'present') return material;
  const id = createHash('sha256').update([material.pem, material.key ?? '', material.crl ?? ''].join('\0')).digest('base64');
  const problem = problems.get(id) ?? problemOf(material);
  if (problems.size > 10_000) problems.clear();
  problems.set(id, problem);
  return problem === '' ? material : { state: 'missing', reason: `\`${material.source}\` ${problem}` };
}

function problemOf({ pem, key, crl }: Extract<Material, { state: 'present' }>): string {
  try {
    const [leaf] = Certificate.readAll(certificateBlocks(pem));
    if (key !== undefined && !leaf.isOfPrivateKey(createPrivateKey(key))) return 'holds a key that does not belong to its certificate';
  } catch {
    return `holds no certificate${key === undefined ? '' : ' and key'} that can be read`;
  }
  return crl === undefined || isReadableCrl(crl) ? '' : 'holds a revocation list that Envoy cannot read';
}

/** The certificate blocks of a text that may have comments and keys around them. */
export function certificateBlocks(pem: string): string {
  return (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []).join('\n');
}
