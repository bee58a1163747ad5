import { gatewayReference, IGateway } from './gateway-reference';
import { HostPattern } from '../model/host-pattern';

// The patterns of the APIRule CRD (gateway.kyma-project.io/v2).
const KYMA_HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]{2,63}$/;
const KYMA_GATEWAY = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The host of an APIRule, in the full form that every gateway takes.
 * @internal
 */
export function checkedHost(host: string, gateway: IGateway): HostPattern {
  if (typeof gateway?.gatewayName !== 'string') throw new Error(`invalid gateway \`${String(gateway)}\`: expected a MutualTlsGateway, a TlsGateway, one imported from its attributes, or an ExternalGateway`);
  const reference = gatewayReference(gateway);
  if (!KYMA_GATEWAY.test(reference)) throw new Error(`gateway \`${reference}\` cannot be named by an APIRule: expected names of at most 63 lower-case letters, digits and inner \`-\``);
  if (typeof host === 'string' && /^[a-z0-9-]+$/.test(host)) {
    const [domain, ...others] = gateway.gatewayHosts.filter((served) => served.startsWith('*.'));
    const full = domain && others.length === 0 ? domain.replace('*', host) : `${host}.example.com`;
    throw new Error(`short host \`${host}\`: expected the full name, such as \`${full}\`, because Kyma expands it only on gateways of a single host`);
  }
  const pattern = HostPattern.parse(host);
  if (!KYMA_HOST.test(pattern.text)) throw new Error(`invalid APIRule host \`${host}\`: expected a full name or \`*.\` and a name, whose last label has two to 63 letters and digits`);
  return pattern;
}
