import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';

/** The file that cdk8s gives an object which is written to a file of its own: named by kind and name alone, so objects of two namespaces share one. */
export function fileOfResource(kind: string, name: string, extension = '.k8s.yaml'): string {
  return `${kind}.${name}`.replace(/[^0-9a-zA-Z-_.]/g, '') + extension;
}

/**
 * The file that an app writes an object to, where each has one of its own.
 * @internal
 */
export function outputFileOf(app: App, object: ApiObject): string | undefined {
  const file = fileOfResource(object.kind, object.name, app.outputFileExtension);
  switch (app.yamlOutputType) {
    case YamlOutputType.FILE_PER_RESOURCE: return file;
    case YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE: return `${Chart.of(object).node.path}/${file}`;
    default: return undefined;
  }
}
