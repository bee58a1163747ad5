import { callers, generateSurroundings, restrictedService, standardCluster } from './cluster';
import { generateExtensions } from './extensions';
import { generateApiRules, playOperator } from './kyma';
import { generatePolicies } from './policies';
import { Random } from './random';
import { CaseRequest, generateRequests } from './requests';
import { generateGateways, generateRoutes } from './traffic';
import { Manifest } from './vocabulary';

/** What stands on the standard cluster, and what is asked of it. */
export interface Case {
  readonly id: string;
  readonly manifests: Manifest[];
  readonly requests: CaseRequest[];
}

export function generateCase(seed: number, index: number, requests: number): Case {
  const random = new Random(seed * 1000003 + index);
  const dated = random.chance(0.5);
  const gateways = generateGateways(random, dated);
  const extended = random.chance(0.12);
  const kyma = random.chance(0.3);
  const calling = !extended && random.chance(0.15);
  const routes = generateRoutes(random, gateways, dated).slice(0, kyma ? random.between(0, 4) : undefined);
  const manifests = [
    ...generateSurroundings(random, extended),
    ...gateways,
    ...routes,
    ...(kyma ? generateApiRules(random, gateways, routes, dated) : []),
    ...generatePolicies(random, dated),
    ...(extended ? generateExtensions(random, dated) : []),
    ...(calling ? callers() : []),
    ...(!calling && random.chance(0.06) ? restrictedService(random) : []),
  ];
  return { id: `${seed}-${index}`, manifests, requests: generateRequests(random, playOperator(manifests, standardCluster()), requests) };
}
