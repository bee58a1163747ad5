import { DEFAULT_GATEWAY } from '../../mesh/gateway-proxy';
import type { Workload } from '../../mesh/workload';

/** Whether it is known where gateway pods run: they are among the manifests, or those that istioctl and Kyma deploy. Where pods with labels of their own run, nothing tells. */
export function isPlaced(workload: Workload): boolean {
  return workload.labels.complete || workload === DEFAULT_GATEWAY;
}
