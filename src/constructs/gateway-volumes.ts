import { Yaml } from 'cdk8s';
import type { FileMount } from './file-mount';

// What istioctl's chart mounts by itself, and loses when its list is replaced.
const CLASSIC_DEFAULTS: FileMount[] = [
  { volumeName: 'ingressgateway-ca-certs', secretName: 'istio-ingressgateway-ca-certs', mountPath: '/etc/istio/ingressgateway-ca-certs' },
  { volumeName: 'ingressgateway-certs', secretName: 'istio-ingressgateway-certs', mountPath: '/etc/istio/ingressgateway-certs' },
];

/**
 * The pod volumes that a gateway needs for certificates in files, in the forms in which gateways are installed.
 *
 * All volumes are optional: a pod starts without the Secret, and the server accepts connections once its files are there.
 */
export class GatewayVolumes {
  private readonly mounts: FileMount[] = [];

  /** Whether no volume is needed. */
  public get isEmpty(): boolean {
    return this.mounts.length === 0;
  }

  /** Values for Istio's Helm chart `gateway`: `volumes` and `volumeMounts`. */
  public helmValues(): any {
    return this.isEmpty ? {} : { volumes: this.volumes(), volumeMounts: this.volumeMounts() };
  }

  /** The same as YAML text, for a values file. */
  public helmValuesYaml(): string {
    return Yaml.stringify(this.helmValues());
  }

  /**
   * Values for the gateway that istioctl installs (`spec.values` of an IstioOperator file), which are also those of the old chart `istio-ingress`.
   *
   * Includes the two volumes of the chart itself, because a list replaces the chart's list.
   */
  public classicHelmValues(): any {
    const added = CLASSIC_DEFAULTS.filter(({ mountPath }) => !this.mounts.some((mount) => mount.mountPath === mountPath));
    const all = [...added, ...this.mounts].sort(byPath);
    const secretVolumes = all.map(({ volumeName, secretName, mountPath }) => ({ name: volumeName, secretName, mountPath }));
    return { gateways: { 'istio-ingressgateway': { secretVolumes } } };
  }

  /** The same as YAML text, for a values file. */
  public classicHelmValuesYaml(): string {
    return Yaml.stringify(this.classicHelmValues());
  }

  /** A strategic-merge patch for the gateway's Deployment: `kubectl patch deployment <name> --patch-file <file>`. */
  public deploymentPatch(): any {
    return { spec: { template: { spec: { containers: [{ name: 'istio-proxy', volumeMounts: this.volumeMounts() }], volumes: this.volumes() } } } };
  }

  /** The same as YAML text, for a patch file. */
  public deploymentPatchYaml(): string {
    return Yaml.stringify(this.deploymentPatch());
  }

  /**
   * Adds mounts; throws when two Secrets want one volume or one directory.
   * @internal
   */
  public _add(mounts: FileMount[]): void {
    for (const mount of mounts) {
      const same = this.mounts.find(({ volumeName, mountPath }) => volumeName === mount.volumeName || mountPath === mount.mountPath);
      if (!same) {
        this.mounts.push(mount);
        continue;
      }
      if (same.secretName !== mount.secretName || same.volumeName !== mount.volumeName || same.mountPath !== mount.mountPath) {
        throw new Error(
          `volume \`${mount.volumeName}\` of secret \`${mount.secretName}\` at \`${mount.mountPath}\` collides with volume \`${same.volumeName}\` `
          + `of secret \`${same.secretName}\` at \`${same.mountPath}\`: use another directory, or another \`volumeName\``,
        );
      }
    }
  }

  private get sorted(): FileMount[] {
    return [...this.mounts].sort(byPath);
  }

  private volumes(): any[] {
    return this.sorted.map(({ volumeName, secretName }) => ({ name: volumeName, secret: { secretName, optional: true } }));
  }

  private volumeMounts(): any[] {
    return this.sorted.map(({ volumeName, mountPath }) => ({ name: volumeName, mountPath, readOnly: true }));
  }
}

function byPath(a: FileMount, b: FileMount): number {
  return a.mountPath < b.mountPath ? -1 : 1;
}
