import type { Workload } from './workload';
import { HostPattern } from '../model/host-pattern';
import { checkedNamespace, checkedPort } from '../model/ingress-gateway';

const SERVICE = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBSET = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Where a route leads, always under the full name of the service: a short name would mean a service of the route's own namespace, and `<service>.<namespace>` none at all.
 */
export class Destination {
  /** Leads to a workload, at its Service port. */
  public static workload(workload: Workload): Destination {
    return new Destination((namespace) => serviceHost(workload.service, workload.namespace ?? namespace), () => workload.port, undefined, workload);
  }

  /**
   * Leads to a workload that is in the given namespace unless it names another, wherever the route is.
   * @internal
   */
  public static _workloadIn(workload: Workload, namespace: string): Destination {
    return new Destination(() => serviceHost(workload.service, workload.namespace ?? namespace), () => workload.port, undefined, workload);
  }

  /** Leads to a Kubernetes Service; its namespace is that of the route where none is given. */
  public static service(name: string, port: number, namespace?: string): Destination {
    if (typeof name !== 'string' || !SERVICE.test(name)) throw new Error(`invalid service name \`${String(name)}\`: expected a DNS label, and the namespace as an argument of its own`);
    checkedPort(port);
    if (namespace !== undefined) checkedNamespace(namespace);
    return new Destination((own) => serviceHost(name, namespace ?? own), () => port);
  }

  /** Leads to a host that a ServiceEntry declares. */
  public static external(host: string, port: number): Destination {
    const { text, isWildcard } = HostPattern.parse(host);
    if (isWildcard) throw new Error(`invalid destination \`${host}\`: expected one host`);
    checkedPort(port);
    return new Destination(() => text, () => port);
  }

  private constructor(
    private readonly hostIn: (namespace: string) => string,
    private readonly portNumber: () => number,
    private readonly subset?: string,
    private readonly workload?: Workload,
  ) {}

  /** The same destination, limited to a subset that a DestinationRule declares. */
  public withSubset(subset: string): Destination {
    if (typeof subset !== 'string' || !SUBSET.test(subset)) throw new Error(`invalid subset \`${String(subset)}\`: expected a DNS label`);
    return new Destination(this.hostIn, this.portNumber, subset, this.workload);
  }

  /**
   * The destination in the words of the CRD, for a route of the given namespace.
   * @internal
   */
  public _render(namespace: string): { readonly host: string; readonly port: { readonly number?: number }; readonly subset?: string } {
    return { host: this.hostIn(namespace), port: { number: this.portOrNothing() }, ...(this.subset ? { subset: this.subset } : {}) };
  }

  /**
   * What is wrong with the destination, as far as it is known only at synth.
   * @internal
   */
  public _problems(): string[] {
    return this.workload?._problems() ?? [];
  }

  // A workload whose manifests are at fault is reported by `_problems`; producers must not throw.
  private portOrNothing(): number | undefined {
    try {
      return this.portNumber();
    } catch {
      return undefined;
    }
  }
}

function serviceHost(service: string, namespace: string): string {
  return `${service}.${namespace}.svc.cluster.local`;
}
