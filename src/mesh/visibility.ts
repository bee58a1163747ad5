import { sortByAge } from './age-order';
import { Choices } from './choices';
import { VirtualService } from './virtual-service';

/**
 * In which of istiod's groups a VirtualService is for proxies of a namespace: 0 private, 1 exported to named namespaces, 2 public; undefined: not
 * visible there. An earlier group comes first, whatever the age (istio `push_context.go`, VirtualServicesForGateway).
 */
export function visibilityRank(service: VirtualService, proxyNamespace: string, defaultExportTo: readonly string[]): number | undefined {
  const { namespace, exportTo } = service;
  const targets = (exportTo.length > 0 ? exportTo : defaultExportTo).map((target) => (target === '.' ? namespace : target));
  if (targets.includes('*')) return 2;
  if (targets.includes('~') || !targets.includes(proxyNamespace)) return undefined;
  return namespace === proxyNamespace ? 0 : 1;
}

/** The VirtualServices that proxies of a namespace see, in istiod's order. */
export function visibleInOrder(
  services: readonly VirtualService[],
  proxyNamespace: string,
  defaultExportTo: readonly string[],
  sameTime: boolean,
  choices: Choices,
): VirtualService[] {
  return [0, 1, 2].flatMap((rank) => {
    const group = services.filter((service) => visibilityRank(service, proxyNamespace, defaultExportTo) === rank);
    return group.length < 2 ? group : sortByAge(group, sameTime, choices, () => true);
  });
}
