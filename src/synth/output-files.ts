import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';

/** The file that cdk8s gives an object which is written to a file of its own: named by kind and name alone, so objects of two namespaces share one. */
export function fileOfResource(kind: string, name: string, extension = '.k8s.yaml'): string {
  return `${kind}.${name}`.replace(/[^0-9a-zA-Z-_.]/g, '') + extension;
}

/**
 * Tells the file that an app writes an object to, where each object has one of its own; undefined where they share files.
 * @internal
 */
export function outputFiles(app: App): ((object: ApiObject) => string) | undefined {
  const fileOf = ({ kind, name }: ApiObject) => fileOfResource(kind, name, app.outputFileExtension);
  switch (app.yamlOutputType) {
    case YamlOutputType.FILE_PER_RESOURCE: return fileOf;
    case YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE: return (object) => `${Chart.of(object).node.path}/${fileOf(object)}`;
    default: return undefined;
  }
}
