import { flatten } from '../mesh/kube-object';
import { field, list, text, texts, Value } from '../mesh/value';

const KYMA_GROUP = 'gateway.kyma-project.io/';
const KYMA_GATEWAY = 'kyma-system/kyma-gateway';

/** Whether manifests are for Kyma, as far as they tell: they hold objects of its API Gateway module, or routes bound to its gateway. */
export function usesKyma(documents: readonly Value[]): boolean {
  return flatten(documents).some((document) => {
    const spec = field(document, 'spec');
    const entries = list(field(spec, 'http')).flatMap((entry) => list(field(entry, 'match'))).flatMap((match) => texts(field(match, 'gateways')));
    return (text(field(document, 'apiVersion')) ?? '').startsWith(KYMA_GROUP) || [...texts(field(spec, 'gateways')), ...entries].includes(KYMA_GATEWAY);
  });
}
