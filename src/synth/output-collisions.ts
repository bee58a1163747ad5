import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import type { RelationError } from '../resources/synthesis';

/**
 * MTLS102: with one file per resource, cdk8s names the file by kind and name alone, so objects of two namespaces overwrite each other.
 * @internal
 */
export function outputCollisions(app: App, objects: ApiObject[]): RelationError[] {
  const perResource = app.yamlOutputType === YamlOutputType.FILE_PER_RESOURCE;
  if (!perResource && app.yamlOutputType !== YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE) return [];
  const first = new Map<string, ApiObject>();
  return objects.flatMap((object) => {
    const folder = perResource ? '' : `${Chart.of(object).node.path}/`;
    const file = `${object.kind}.${object.name}`.replace(/[^0-9a-zA-Z-_.]/g, '');
    const other = first.get(folder + file);
    if (!other) {
      first.set(folder + file, object);
      return [];
    }
    return [{
      construct: object,
      message: `MTLS102: output file \`${file}${app.outputFileExtension}\` is also that of \`${other.node.path}\`, which would be lost: `
        + 'use another `yamlOutputType` or another `metadata.name`',
    }];
  });
}
