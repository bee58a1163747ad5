import { generateSurroundings } from './cluster';
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
  const manifests = [...generateSurroundings(random), ...gateways, ...generateRoutes(random, gateways, dated), ...generatePolicies(random, dated)];
  return { id: `${seed}-${index}`, manifests, requests: generateRequests(random, manifests, requests) };
}
