import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { MeshResource, objectMetadata } from './mesh-resource';

/** Properties of a `ConfigMap`. */
export interface ConfigMapProps {
  readonly metadata: ApiObjectMetadata;
  readonly data: { [key: string]: string };
}

/** A Kubernetes ConfigMap with given contents. */
export class ConfigMap extends MeshResource {
  public readonly apiObject: ApiObject;

  public constructor(scope: Construct, id: string, props: ConfigMapProps) {
    super(scope, id);
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: objectMetadata(this, props.metadata, id),
      data: { ...props.data },
    });
  }
}
