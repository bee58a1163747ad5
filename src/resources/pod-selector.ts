import type { ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { objectMetadata } from './mesh-resource';
import type { Workload } from './workload';
import { checkedLabels } from '../model/ingress-gateway';

/** What a resource with a selector is given. */
interface Selecting {
  readonly selector?: { [key: string]: string };
  readonly workload?: Workload;
  readonly wholeNamespace?: boolean;
}

/**
 * Where the labels of a selector come from: given as they are, or read from a workload at synth.
 * @internal
 */
export type SelectorSource = () => { [key: string]: string };

/**
 * The selector of a resource, undefined for a whole namespace, which must be asked for by name.
 * @internal
 */
export function podSelector(what: string, { selector, workload, wholeNamespace }: Selecting): SelectorSource | undefined {
  const given = [selector && '`selector`', workload && '`workload`', wholeNamespace === true && '`wholeNamespace`'].filter(Boolean);
  if (given.length > 1) throw new Error(`${what} has ${given.join(' and ')}: give one of them`);
  if (wholeNamespace === true) return undefined;
  if (workload) return () => workload.labels;
  if (selector === undefined) throw new Error(`${what} has no selector: give the labels of the pods, or say \`wholeNamespace: true\``);
  const labels = checkedLabels(what, selector);
  return () => ({ ...labels });
}

/**
 * The labels of a selector; none while the workload's manifests are at fault, which is reported by its own check.
 * @internal
 */
export function selectorOf(source: SelectorSource): { [key: string]: string } {
  try {
    return source();
  } catch {
    return {};
  }
}

/**
 * The metadata of an object that selects pods: it lives in the namespace of its workload, because elsewhere it would select nothing.
 * @internal
 */
export function selectingMetadata(
  scope: Construct, what: string, given: ApiObjectMetadata | undefined, name: string, workload?: Workload,
): ApiObjectMetadata {
  if (workload?.namespace !== undefined && given?.namespace !== undefined && given.namespace !== workload.namespace) {
    throw new Error(`${what} in namespace \`${given.namespace}\` cannot select workload \`${workload.service}\` of \`${workload.namespace}\`: leave \`metadata.namespace\` out`);
  }
  return objectMetadata(scope, { ...given, namespace: given?.namespace ?? workload?.namespace }, name);
}
