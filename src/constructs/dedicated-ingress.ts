import { Yaml } from 'cdk8s';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import type { GatewayVolumes } from './gateway-volumes';
import type { HostPattern } from '../model/host-pattern';
import type { IngressGateway } from '../model/ingress-gateway';
import { AuthorizationPolicy, PolicyAction } from '../resources/authorization-policy';
import type { PolicyRule } from '../resources/policy-rule';

const SHARED_ACCOUNTS = ['default', 'istio-ingressgateway', 'istio-ingressgateway-service-account'];
const STATUS_PORT = 15021;

/** Refuses ingress workloads that others use too: an ALLOW policy there would lock them out. */
export function requireOwnIngress(ingress: IngressGateway | undefined): IngressGateway {
  const cure = 'describe a workload of its own, e.g. `IngressGateway.helm({ release: \'mtls-ingress\', namespace: \'mtls-ingress\' })`';
  if (ingress === undefined) throw new Error(`gateway of strength \`DEDICATED\` has no ingress \`undefined\`: ${cure}`);
  if (ingress.labels.istio === 'ingressgateway') throw new Error(`gateway of strength \`DEDICATED\` is served by the shared pods \`istio: ingressgateway\`: ${cure}`);
  if (SHARED_ACCOUNTS.includes(ingress.serviceAccount)) throw new Error(`gateway of strength \`DEDICATED\` runs as the shared account \`${ingress.serviceAccount}\`: ${cure}`);
  return ingress;
}

/** The rules of a dedicated gateway: a verified certificate, and the same host in server name and request. */
export function dedicatedRules(hosts: HostPattern[], ports: number[]): PolicyRule[] {
  return hosts.map((host) => ({
    from: [{ principals: ['*'] }],
    to: [{ hosts: host.allowValues(ports) }],
    ...(host.text === '*' ? {} : { when: [{ key: 'connection.sni', values: [host.text] }] }),
  }));
}

/** The ALLOW policy of a dedicated gateway; once it exists, nothing else gets in. */
export class DedicatedPolicy extends AuthorizationPolicy {
  public constructor(
    scope: Construct,
    id: string,
    props: { readonly name: string; readonly metadata?: ApiObjectMetadata; readonly ingress: IngressGateway },
    private readonly produce: () => PolicyRule[],
  ) {
    super(scope, id, {
      metadata: { ...props.metadata, name: props.name, namespace: props.ingress.namespace },
      selector: props.ingress.labels,
      action: PolicyAction.ALLOW,
      rules: [],
    });
  }

  public override get rules(): PolicyRule[] {
    return this.produce();
  }
}

/** Values of Istio's Helm chart `gateway` that install exactly the workload which an `IngressGateway` describes. */
export function ingressHelmValues(ingress: IngressGateway, ports: number[], volumes: GatewayVolumes): any {
  return {
    name: ingress.labels.app ?? ingress.serviceAccount,
    labels: ingress.labels,
    serviceAccount: { create: true, name: ingress.serviceAccount },
    service: {
      type: 'LoadBalancer',
      ports: [
        { name: 'status-port', port: STATUS_PORT, protocol: 'TCP', targetPort: STATUS_PORT },
        ...ports.map((port) => ({ name: `https-${port}`, port, protocol: 'TCP', targetPort: ingress.targetPort(port) })),
      ],
    },
    ...volumes.helmValues(),
  };
}

/** The same as YAML text. */
export function ingressHelmValuesYaml(ingress: IngressGateway, ports: number[], volumes: GatewayVolumes): string {
  return Yaml.stringify(ingressHelmValues(ingress, ports, volumes));
}
