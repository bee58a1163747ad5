import { ApiObject, App, Chart, DependencyGraph } from 'cdk8s';

/**
 * Lets every object of an app be rendered once, for the checks and for the output, and every chart without resolving and validating the whole app again: `App.synth()` has
 * just done so, and with many charts that is most of the time. Returns what puts everything back.
 *
 * For the time of one synth only: no user code changes the tree then. What has a rendering of its own, as an own method, keeps it.
 */
export function renderingOnce(app: App): () => void {
  const nodes = app.node.findAll();
  const charts = nodes.filter((node): node is Chart => Chart.isChart(node) && node.toJson === Chart.prototype.toJson);
  const objects = nodes.filter((node): node is ApiObject => ApiObject.isApiObject(node) && !Object.prototype.hasOwnProperty.call(node, 'toJson'));
  for (const chart of charts) chart.toJson = () => objectsOf(chart).map((object) => object.toJson());
  for (const object of objects) {
    let rendered: unknown;
    const render = object.toJson;
    object.toJson = () => (rendered ??= render.call(object));
  }
  return () => [...charts, ...objects].forEach((node) => Reflect.deleteProperty(node, 'toJson'));
}

/** The objects of a chart in the order of their dependencies. */
function objectsOf(chart: Chart): ApiObject[] {
  return new DependencyGraph(chart.node).topology().filter((node): node is ApiObject => ApiObject.isApiObject(node) && Chart.of(node) === chart);
}
