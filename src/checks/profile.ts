import { flatten } from '../mesh/kube-object';
import { field, list, text, texts, Value } from '../mesh/value';
import { MeshProfile } from '../model/mesh-profile';

const GROUPS: readonly (readonly [string, MeshProfile])[] = [['gateway.kyma-project.io/', MeshProfile.KYMA], ['istio.alibabacloud.com/', MeshProfile.ASM]];
const KYMA_GATEWAY = 'kyma-system/kyma-gateway';

/**
 * Whose mesh manifests are for, as far as they tell: they hold objects of Kyma's API Gateway module or routes bound to its gateway, or objects of Alibaba Cloud
 * Service Mesh. The first that tells decides.
 */
export function profileOf(documents: readonly Value[]): MeshProfile {
  for (const document of flatten(documents)) {
    const told = profileOfDocument(document);
    if (told !== undefined) return told;
  }
  return MeshProfile.ISTIO;
}

function profileOfDocument(document: Value): MeshProfile | undefined {
  const apiVersion = text(field(document, 'apiVersion')) ?? '';
  const [, own] = GROUPS.find(([group]) => apiVersion.startsWith(group)) ?? [];
  if (own !== undefined) return own;
  if (field(document, 'kind') !== 'VirtualService') return undefined;
  const spec = field(document, 'spec');
  if (texts(field(spec, 'gateways')).includes(KYMA_GATEWAY)) return MeshProfile.KYMA;
  const entries = list(field(spec, 'http')).flatMap((entry) => list(field(entry, 'match'))).flatMap((match) => texts(field(match, 'gateways')));
  return entries.includes(KYMA_GATEWAY) ? MeshProfile.KYMA : undefined;
}
