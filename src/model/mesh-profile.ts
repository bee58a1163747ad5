/** Whose mesh manifests are for, as far as checks and their cures differ. */
export enum MeshProfile {
  /** Istio as its own charts or `istioctl` install it. */
  ISTIO = 'istio',
  /** Kyma: the gateway pods are always in `istio-system`, and Kyma's gateway is there without being among the manifests. */
  KYMA = 'kyma',
  /**
   * Alibaba Cloud Service Mesh: gateways are IstioGateways, whose pods are always in `istio-system`; their ServiceAccount is not documented, so no cure names it.
   * @see https://www.alibabacloud.com/help/en/asm/sidecar/crd-fields-for-an-asm-gateway
   */
  ASM = 'asm',
}

/** The profile of a name; throws for one that there is none of. */
export function namedProfile(name: string): MeshProfile {
  const found = Object.values(MeshProfile).find((profile) => profile === name);
  if (found === undefined) throw new Error(`unknown profile \`${String(name)}\`: expected one of ${Object.values(MeshProfile).map((one) => `\`${one}\``).join(', ')}`);
  return found;
}
