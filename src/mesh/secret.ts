import { KubeObject, nameOf } from './kube-object';
import { at, entries, field, text } from './value';

/**
 * What Envoy gets of a credential.
 *
 * `missing` closes every connection of the server; `unknown` exists and its content is not among the manifests; `empty` verifies nobody, so that no
 * certificate is asked for.
 */
export type Material =
  | { readonly state: 'empty'; readonly source: string }
  | { readonly state: 'missing'; readonly reason: string }
  | { readonly state: 'unknown'; readonly source: string; readonly assumed?: string }
  | { readonly state: 'present'; readonly source: string; readonly pem: string; readonly key?: string; readonly crl?: string; readonly item?: string };

/** Secrets and ConfigMaps of trust anchors, and the Secrets that certificate controllers will write. */
export class CredentialStore {
  private readonly secrets = new Map<string, KubeObject>();
  private readonly byName = new Map<string, string[]>();
  private readonly configMaps = new Map<string, KubeObject>();
  private readonly promised = new Map<string, KubeObject | undefined>();

  public constructor(objects: readonly KubeObject[], given: readonly string[], private readonly complete: boolean) {
    for (const object of objects) {
      if (object.group === '' && (object.kind === 'Secret' || object.kind === 'ConfigMap')) {
        const key = `${object.namespace}/${object.name}`;
        const type = text(field(object.body, 'type'));
        if (object.kind === 'ConfigMap') this.configMaps.set(key, object);
        else if (type !== 'helm.sh/release.v1' && type !== 'kubernetes.io/service-account-token') this.secrets.set(key, object);
      }
      for (const secret of writtenBy(object)) this.promised.set(secret, object);
    }
    for (const secret of given) this.promised.set(secret, undefined);
    for (const key of new Set([...this.secrets.keys(), ...this.promised.keys()])) {
      const name = key.split('/')[1];
      const known = this.byName.get(name);
      if (known === undefined) this.byName.set(name, [key]);
      else known.push(key);
    }
  }

  /** The server certificate of a credential name, for a gateway in a namespace. */
  public server(namespace: string, name: string): Material {
    const key = `${namespace}/${name}`;
    const secret = this.secrets.get(key);
    if (secret === undefined) return this.absent(key);
    const pair = [['cert', 'key'], ['tls.crt', 'tls.key']].find((keys) => keys.every((item) => valueOf(secret, item) !== undefined));
    if (pair === undefined) return { state: 'missing', reason: `Secret \`${key}\` has neither \`tls.crt\` and \`tls.key\` nor \`cert\` and \`key\`` };
    return { state: 'present', source: key, pem: valueOf(secret, pair[0])!, key: valueOf(secret, pair[1])! };
  }

  /** The trust anchor that goes with a credential name: `<name>-cacert` if there is one, and then whatever it holds; else `<name>` itself. */
  public anchor(namespace: string, name: string): Material {
    const own = `${namespace}/${name.endsWith('-cacert') ? name : `${name}-cacert`}`;
    const base = own.slice(0, -'-cacert'.length);
    if (this.secrets.has(own)) return rootOf(this.secrets.get(own)!);
    if (this.promised.has(own)) return { state: 'unknown', source: own };
    const elsewhere = this.elsewhere(own);
    if (elsewhere !== undefined && !this.secrets.has(base)) return { state: 'missing', reason: elsewhere };
    if (this.secrets.has(base)) return rootOf(this.secrets.get(base)!);
    if (this.promised.has(base)) return { state: 'unknown', source: base };
    const wrong = this.elsewhere(base);
    if (!this.complete && wrong === undefined) return assumed(own);
    return { state: 'missing', reason: wrong ?? `there is no Secret \`${own}\` and no Secret \`${base}\`` };
  }

  /** The trust anchor in a ConfigMap; istiod takes a suffix `-cacert` off the name. */
  public anchorInConfigMap(namespace: string, name: string): Material {
    const key = `${namespace}/${name.replace(/-cacert$/, '')}`;
    const configMap = this.configMaps.get(key);
    if (configMap !== undefined) return rootOf(configMap);
    if (!this.complete) return { state: 'unknown', source: key, assumed: `there is a ConfigMap ${key} with a trust anchor` };
    return { state: 'missing', reason: `there is no ConfigMap \`${key}\`` };
  }

  /** A key of a Secret that is mounted as a file. */
  public file(namespace: string, name: string, item: string): Material {
    const key = `${namespace}/${name}`;
    const secret = this.secrets.get(key);
    if (secret === undefined) return this.absent(key);
    const pem = valueOf(secret, item);
    return pem === undefined ? { state: 'missing', reason: `Secret \`${key}\` has no key \`${item}\`` } : { state: 'present', source: `${key} ${item}`, pem, crl: undefined };
  }

  /** A Secret that is among the manifests. */
  public secret(namespace: string, name: string): KubeObject | undefined {
    return this.secrets.get(`${namespace}/${name}`);
  }

  /** A ConfigMap that is among the manifests. */
  public configMap(namespace: string, name: string): KubeObject | undefined {
    return this.configMaps.get(`${namespace}/${name}`);
  }

  /** Whether there is or will be a Secret, as far as the manifests and the caller say. */
  public hasSecret(namespace: string, name: string): boolean {
    return this.secrets.has(`${namespace}/${name}`) || this.promised.has(`${namespace}/${name}`);
  }

  /** The object that a controller makes a Secret from. */
  public promiseOf(namespace: string, name: string): KubeObject | undefined {
    return this.promised.get(`${namespace}/${name}`);
  }

  /** The Secrets of a name in other namespaces, and what stands for them among the manifests: the Secret, or what a controller makes it from. */
  public inOtherNamespaces(namespace: string, name: string): { readonly namespace: string; readonly object: KubeObject }[] {
    return this.namesakes(`${namespace}/${name}`).flatMap((key) => {
      const object = this.secrets.get(key) ?? this.promised.get(key);
      return object === undefined ? [] : [{ namespace: key.split('/')[0], object }];
    });
  }

  /** The other Secrets of one name, `namespace/name`. */
  private namesakes(key: string): string[] {
    return (this.byName.get(key.split('/')[1]) ?? []).filter((other) => other !== key);
  }

  private absent(key: string): Material {
    if (this.promised.has(key)) return { state: 'unknown', source: key };
    const elsewhere = this.elsewhere(key);
    if (elsewhere !== undefined) return { state: 'missing', reason: elsewhere };
    if (!this.complete) return assumed(key);
    return { state: 'missing', reason: `there is no Secret \`${key}\`` };
  }

  /** A Secret of the right name in another namespace is what its author meant and Istio does not read. */
  private elsewhere(key: string): string | undefined {
    const [namespace, name] = key.split('/');
    const [found] = this.namesakes(key);
    return found === undefined ? undefined : `Secret \`${found}\` is not in the namespace of the gateway's pods: expected \`${namespace}/${name}\``;
  }
}

function assumed(key: string): Material {
  return { state: 'unknown', source: key, assumed: `there is a Secret ${key} with what the gateway needs` };
}

function writtenBy(object: KubeObject): string[] {
  if (object.kind === 'Certificate' && (object.group === 'cert-manager.io' || object.group === 'cert.gardener.cloud')) {
    const reference = object.group === 'cert.gardener.cloud' ? field(object.spec, 'secretRef') : undefined;
    const name = text(field(object.spec, 'secretName')) ?? text(field(reference, 'name'));
    return name === undefined ? [] : [`${text(field(reference, 'namespace')) ?? object.namespace}/${name}`];
  }
  // Alibaba Cloud Service Mesh: a Secret of the same name, in the control plane and in the clusters.
  if (object.kind === 'ASMCredential' && object.group === 'istio.alibabacloud.com') return [`${object.namespace}/${object.name}`];
  if (['SealedSecret', 'ExternalSecret', 'VaultStaticSecret'].includes(object.kind)) {
    return [`${object.namespace}/${text(at(object.spec, 'target', 'name')) ?? text(at(object.spec, 'template', 'metadata', 'name')) ?? text(at(object.spec, 'destination', 'name')) ?? object.name}`];
  }
  return [];
}

function rootOf(object: KubeObject): Material {
  for (const [root, crl] of [['cacert', 'crl'], ['ca.crt', 'ca.crl']]) {
    const pem = valueOf(object, root);
    if (pem !== undefined) return { state: 'present', source: nameOf(object), pem, crl: valueOf(object, crl), item: root };
  }
  return { state: 'missing', reason: `${object.kind} \`${nameOf(object)}\` has neither \`cacert\` nor \`ca.crt\`` };
}

/** A value of a Secret or ConfigMap; an empty one counts as missing. `stringData` wins, as when the API server stores it. */
export function valueOf(object: KubeObject, key: string): string | undefined {
  if (object.kind === 'ConfigMap') return text(at(object.body, 'data', key)) || undefined;
  const plain = entries(field(object.body, 'stringData')).find(([name]) => name === key)?.[1];
  const data = text(at(object.body, 'data', key));
  const value = text(plain) ?? (data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8'));
  return value === '' ? undefined : value;
}
