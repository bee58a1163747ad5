import { ApiObject, ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { MeshResource, objectMetadata } from './mesh-resource';

/** Properties of a `Secret`. */
export interface SecretProps {
  readonly metadata: ApiObjectMetadata;
  /** Kubernetes knows `kubernetes.io/tls` and takes the rest as opaque. */
  readonly type: string;
  /** The values as text. */
  readonly entries: { [key: string]: string };
}

/** A Kubernetes Secret with given contents. */
export class Secret extends MeshResource {
  public readonly apiObject: ApiObject;

  public constructor(scope: Construct, id: string, props: SecretProps) {
    super(scope, id);
    // Not `stringData`: an entry that is later left out would stay in the cluster.
    const data = Object.fromEntries(Object.entries(props.entries).map(([key, text]) => [key, Buffer.from(text, 'utf8').toString('base64')]));
    this.apiObject = new ApiObject(this, 'Resource', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: objectMetadata(this, props.metadata, id),
      type: props.type,
      data,
    });
  }
}
