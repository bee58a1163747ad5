import { flatten } from '../mesh/kube-object';
import { field, list, text, texts, Value } from '../mesh/value';

const KYMA_GROUP = 'gateway.kyma-project.io/';
const KYMA_GATEWAY = 'kyma-system/kyma-gateway';

/** Whether manifests are for Kyma, as far as they tell: they hold objects of its API Gateway module, or routes bound to its gateway. */
export function usesKyma(documents: readonly Value[]): boolean {
  return flatten(documents).some((document) => {
    if ((text(field(document, 'apiVersion')) ?? '').startsWith(KYMA_GROUP)) return true;
    const spec = field(document, 'spec');
    if (texts(field(spec, 'gateways')).includes(KYMA_GATEWAY)) return true;
    const entries = list(field(spec, 'http')).flatMap((entry) => list(field(entry, 'match'))).flatMap((match) => texts(field(match, 'gateways')));
    return entries.includes(KYMA_GATEWAY);
  });
}
