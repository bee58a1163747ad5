import type { IConstruct } from 'constructs';
import type { HostPattern } from '../model/host-pattern';
import { gatewayReference, IGateway } from '../resources/gateway-reference';
import { Synthesis } from '../resources/synthesis';
import type { Workload } from '../resources/workload';

const KEY = Symbol.for('cdk8s-istio-security.secured-workloads');

/** A host that leads to workloads under the policies of one construct. */
export interface SecuredHost {
  readonly construct: IConstruct;
  readonly host: HostPattern;
  readonly gateway: IGateway;
  readonly workloads: Workload[];
  /** The namespace of workloads that name none. */
  readonly namespace: string;
  /** The path values that are routed; undefined for all. */
  readonly paths?: string[];
}

/**
 * All secured hosts of an app, by host.
 * @internal
 */
export class SecuredWorkloads {
  /** Those of the app that a construct belongs to. */
  public static of(construct: IConstruct): SecuredWorkloads {
    return Synthesis.of(construct).sharedBy(KEY, () => new SecuredWorkloads());
  }

  private readonly byHost = new Map<string, SecuredHost[]>();

  private constructor() {}

  public add(secured: SecuredHost): void {
    const { text } = secured.host;
    this.byHost.set(text, [...this.byHost.get(text) ?? [], secured]);
  }

  /** What is wrong between one secured host and the others; of two with the same host, the one with the later path is blamed. */
  public problems(secured: SecuredHost): string[] {
    const path = secured.construct.node.path;
    const same = (this.byHost.get(secured.host.text) ?? []).filter((other) => other.construct.node.path < path);
    return [
      ...[...same, ...this.wider(secured.host)].flatMap((other) => meeting(secured, other)),
      ...same.flatMap((other) => twiceRouted(secured, other)),
    ];
  }

  private wider(host: HostPattern): SecuredHost[] {
    const labels = host.text.replace(/^\*\./, '').split('.');
    return labels.slice(1).flatMap((_, index) => this.byHost.get(`*.${labels.slice(index + 1).join('.')}`) ?? []);
  }
}

function meeting(one: SecuredHost, other: SecuredHost): string[] {
  return one.workloads.flatMap((workload) => {
    const met = other.workloads.find((candidate) => samePods(workload, one.namespace, candidate, other.namespace));
    if (!met) return [];
    return [`host \`${one.host.text}\` on workload \`${workload.namespace ?? one.namespace}/${workload.service}\` is secured by \`${other.construct.node.path}\` and \`${one.construct.node.path}\`: either would open it for the clients of the other, use one construct (a certificate and a token together: \`token\` of \`CertSecuredWorkload\`)`];
  });
}

function twiceRouted(one: SecuredHost, other: SecuredHost): string[] {
  if (gatewayReference(one.gateway) !== gatewayReference(other.gateway)) return [];
  if (one.paths && other.paths && !one.paths.some((path) => other.paths!.includes(path))) return [];
  return [`host \`${one.host.text}\` is routed twice on gateway \`${gatewayReference(one.gateway)}\`, by \`${other.construct.node.path}\` and \`${one.construct.node.path}\`: Istio takes the older route, give each its own \`paths\` in \`route\``];
}

// A policy selects every pod that carries all of its labels, so one selector inside the other means common pods.
function samePods(one: Workload, oneNamespace: string, other: Workload, otherNamespace: string): boolean {
  if ((one.namespace ?? oneNamespace) !== (other.namespace ?? otherNamespace)) return false;
  if (one.service === other.service) return true;
  if (one._problems().length > 0 || other._problems().length > 0) return false;
  return within(one.labels, other.labels) || within(other.labels, one.labels);
}

function within(labels: { [key: string]: string }, others: { [key: string]: string }): boolean {
  return Object.entries(labels).every(([key, value]) => others[key] === value);
}
