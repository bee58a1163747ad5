import { ApiObject, ApiObjectMetadata, Chart } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { checkedNamespace } from '../model/ingress-gateway';

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * A single Kubernetes object: the common base of the thin resources.
 */
export abstract class MeshResource extends Construct {
  /** The API object behind this resource; every field of its kind can be set with `addJsonPatch`. */
  public abstract readonly apiObject: ApiObject;

  /** The object's name. */
  public get name(): string {
    return this.apiObject.name;
  }

  /** The object's namespace, always explicit: policies and routes name it. */
  public get namespace(): string {
    return this.apiObject.metadata.namespace!;
  }
}

/**
 * The metadata of an object: what the user gave, a name that does not depend on the construct path, and an explicit namespace.
 * @internal
 */
export function objectMetadata(scope: IConstruct, given: ApiObjectMetadata | undefined, name: string): ApiObjectMetadata {
  const metadata = { ...given, name: given?.name ?? name, namespace: given?.namespace ?? namespaceOf(scope) };
  if (typeof metadata.name !== 'string' || !NAME.test(metadata.name) || metadata.name.includes('..')) {
    throw new Error(`invalid object name \`${String(metadata.name)}\`: expected at most 253 lower-case letters, digits, \`-\` and \`.\`; set \`metadata.name\``);
  }
  checkedNamespace(metadata.namespace);
  return metadata;
}

/**
 * The namespace of the chart around a construct. A chart without one means `default`, as with kubectl.
 * @internal
 */
export function namespaceOf(scope: IConstruct): string {
  return Chart.of(scope).namespace ?? 'default';
}
