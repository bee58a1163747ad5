import { checkedNamespace } from '../model/ingress-gateway';

/**
 * From which namespaces routes may attach themselves to a host of a Gateway.
 *
 * A host that is bound to namespaces keeps foreign VirtualServices off it. The price, on a shared ingress workload: as soon as another Gateway serves
 * the same host on that port without a namespace, or with another one, Envoy refuses the listener and the port goes down for everybody. So never bind
 * a wildcard such as `*.d` where a Gateway of the platform (Kyma's `kyma-gateway`) serves the same `*.d`.
 */
export class HostBinding {
  /** Admits routes of every namespace. Two Gateways that repeat such a host do less harm: the younger one's server is dropped. */
  public static anyNamespace(): HostBinding {
    return new HostBinding([]);
  }

  /** Admits only routes of the given namespaces. Throws without any. */
  public static namespaces(...namespaces: string[]): HostBinding {
    if (namespaces.length === 0) throw new Error('host binding has no namespaces `[]`: name one, or use `HostBinding.anyNamespace()`');
    return new HostBinding([...new Set(namespaces.map(checkedNamespace))].sort());
  }

  /** Admits only routes of the Gateway object's own namespace. */
  public static gatewayNamespace(): HostBinding {
    return new HostBinding(['.']);
  }

  private constructor(private readonly prefixes: string[]) {}

  /**
   * The host as a Gateway writes it, once for each namespace.
   * @internal
   */
  public _hosts(host: string): string[] {
    return this.prefixes.length === 0 ? [host] : this.prefixes.map((prefix) => `${prefix}/${host}`);
  }
}
