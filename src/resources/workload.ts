import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { checkedLabels, checkedNamespace, checkedPort } from '../model/ingress-gateway';

/** A workload in words: the Service that leads to it and the labels of its pods. */
export interface WorkloadProps {
  /** The name of its Service. */
  readonly service: string;
  /** The Service port to route to. */
  readonly port: number;
  /** Labels that all of its pods carry: policies select by them. */
  readonly labels: { [key: string]: string };
  /**
   * The namespace of Service and pods.
   * @default - the namespace of the construct that uses the workload
   */
  readonly namespace?: string;
  /**
   * The container port behind the Service port, which policies on the workload see.
   * @default - the Service port
   */
  readonly targetPort?: number;
}

/** A Kyma Function. */
export interface FunctionWorkloadProps {
  /** The name of the Function, which its Service shares. */
  readonly name: string;
  /**
   * The namespace of the Function.
   * @default - the namespace of the construct that uses the workload
   */
  readonly namespace?: string;
}

/** What of a Service and its Deployment is meant. */
export interface DeploymentWorkloadOptions {
  /**
   * The Service port to route to.
   * @default - the only port of the Service; with several, an error at synth
   */
  readonly port?: number;
}

interface Facts {
  readonly service: string;
  readonly port: number;
  readonly targetPort: number;
  readonly labels: { [key: string]: string };
  readonly namespace?: string;
}

const SERVICE_NAME = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * What is protected: the pods that enforce the policies, and the Service through which they are reached.
 */
export class Workload {
  /**
   * Describes a workload by its Service and pod labels.
   *
   * Throws without labels: a policy without a selector would apply to every pod of the namespace.
   */
  public static of(props: WorkloadProps): Workload {
    const facts = checked(props);
    return new Workload(() => facts, facts.service, facts.namespace);
  }

  /**
   * Takes the workload from a Deployment and the Service in front of it, of cdk8s-plus in any version or of the generated classes.
   *
   * Both are read at synth, so later changes count. Policies select by the Service's own selector: what the Service reaches is what they guard.
   */
  public static fromDeployment(deployment: IConstruct, service: IConstruct, options: DeploymentWorkloadOptions = {}): Workload {
    const target = ApiObject.of(service);
    const pods = ApiObject.of(deployment);
    return new Workload(() => fromManifests(pods.toJson(), target.toJson(), options.port), target.name, target.metadata.namespace);
  }

  /**
   * Takes the workload from a Kyma Function, with the labels and ports that its pods really carry.
   *
   * A Function's pods have no `app` label: a policy that selects `app: <name>` protects nothing (kyma-project/serverless, `buildless-serverless`).
   */
  public static fromFunction(props: FunctionWorkloadProps): Workload {
    return Workload.of({
      service: props.name,
      port: 80,
      targetPort: 8080,
      namespace: props.namespace,
      labels: { 'serverless.kyma-project.io/function-name': props.name, 'serverless.kyma-project.io/resource': 'deployment' },
    });
  }

  /** The name of the Service. */
  public readonly service: string;
  /** The namespace of Service and pods; undefined means that of the construct which uses the workload. */
  public readonly namespace?: string;

  private constructor(private readonly facts: () => Facts, service: string, namespace?: string) {
    this.service = service;
    this.namespace = namespace;
  }

  /** The Service port to route to. */
  public get port(): number {
    return this.facts().port;
  }

  /** The container port behind it, which is what policies on the workload see. */
  public get targetPort(): number {
    return this.facts().targetPort;
  }

  /** The labels by which policies select the pods. */
  public get labels(): { [key: string]: string } {
    return { ...this.facts().labels };
  }

  /**
   * What is wrong with the workload's manifests, as far as they are known only at synth.
   * @internal
   */
  public _problems(): string[] {
    try {
      this.facts();
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  }
}

function checked(props: WorkloadProps): Facts {
  if (typeof props?.service !== 'string' || !SERVICE_NAME.test(props.service)) {
    const short = typeof props?.service === 'string' && props.service.includes('.') ? `the name alone, \`${props.service.split('.')[0]}\`, and the namespace in \`namespace\`` : 'a DNS label';
    throw new Error(`invalid service name \`${String(props?.service)}\`: expected ${short}`);
  }
  return {
    service: props.service,
    port: checkedPort(props.port),
    targetPort: checkedPort(props.targetPort ?? props.port),
    labels: checkedLabels(`workload \`${props.service}\``, props.labels),
    namespace: props.namespace === undefined ? undefined : checkedNamespace(props.namespace),
  };
}

function fromManifests(deployment: any, service: any, wanted: number | undefined): Facts {
  const name = service.metadata.name;
  const selector = service.spec?.selector ?? {};
  const podLabels = deployment.spec?.template?.metadata?.labels ?? {};
  const missing = Object.entries(selector).find(([key, value]) => podLabels[key] !== value);
  if (missing) {
    throw new Error(`service \`${name}\` selects \`${missing[0]}: ${missing[1]}\`, which the pods of \`${deployment.metadata.name}\` do not carry: pass the Service in front of this Deployment`);
  }
  const ports: any[] = service.spec?.ports ?? [];
  const port = wanted === undefined ? ports[0] : ports.find((entry) => entry.port === wanted);
  const numbers = ports.map((entry) => `\`${entry.port}\``).join(', ');
  if (!port) throw new Error(`service \`${name}\` has no port \`${wanted ?? 'at all'}\` (ports: ${numbers || 'none'}): choose one of them`);
  if (wanted === undefined && ports.length > 1) throw new Error(`service \`${name}\` has ${ports.length} ports (${numbers}): name one in \`port\``);
  const { namespace } = service.metadata;
  return checked({ service: name, port: port.port, targetPort: containerPort(deployment, port), labels: selector, namespace });
}

function containerPort(deployment: any, port: any): number {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const containers: any[] = deployment.spec?.template?.spec?.containers ?? [];
  const named = containers.flatMap((container) => container.ports ?? []).find((entry) => entry.name === target);
  if (!named) throw new Error(`no container of \`${deployment.metadata.name}\` has a port named \`${target}\`: name it in the container or use its number as target port`);
  return named.containerPort;
}
