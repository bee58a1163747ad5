/** The sample workloads that the tutorials take for granted, as they install them. */
import type { WorkloadFacts } from '../src/authz';

export const platform: WorkloadFacts[] = [
  { service: 'httpbin', serviceAccount: 'httpbin', labels: { app: 'httpbin', version: 'v1' }, ports: [{ port: 8000, targetPort: 80 }] },
  { service: 'productpage', labels: { app: 'productpage', version: 'v1' }, ports: [{ port: 9080 }] },
  { service: 'helloworld-v1', labels: { app: 'helloworld', version: 'v1' }, ports: [{ port: 8000, targetPort: 5000 }] },
  {
    service: 'function',
    labels: {
      'app.kubernetes.io/name': 'function',
      'serverless.kyma-project.io/function-name': 'function',
      'serverless.kyma-project.io/managed-by': 'function-controller',
      'serverless.kyma-project.io/resource': 'deployment',
    },
    ports: [{ port: 80, targetPort: 8080 }],
  },
];
