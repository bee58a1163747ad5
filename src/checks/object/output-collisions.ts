import { describeObject, KubeObject } from '../../mesh/kube-object';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

/** MTLS102: with one file per resource, cdk8s names the file by kind and name alone, so objects of two namespaces overwrite each other. */
export const outputCollisions: Check = {
  id: 'MTLS102',
  title: 'two objects that are written to one file',
  severity: Severity.ERROR,
  effect: Effect.IGNORED,
  find: (context) => {
    if (!context.knowsFiles) return [];
    const first = new Map<string, KubeObject>();
    return context.objects.flatMap((object) => {
      const file = context.fileOf(object);
      const other = file === undefined ? undefined : first.get(file);
      if (file !== undefined && other === undefined) first.set(file, object);
      if (other === undefined || context.placeOf(other)?.document === context.placeOf(object)?.document) return [];
      return [{
        object,
        path: ['metadata', 'name'],
        message: `output file \`${file}\` of ${describeObject(object)} is also that of ${describeObject(other)}`,
        effect: 'the one written last replaces the other, which is then never applied',
        cure: 'use another `yamlOutputType` or another `metadata.name`',
        related: [other],
      }];
    });
  },
};
