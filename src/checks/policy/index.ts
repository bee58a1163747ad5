import { addressBehindBalancer } from './address-behind-balancer';
import { allowWithoutSelector } from './allow-without-selector';
import { certificateNotAsked } from './certificate-not-asked';
import { denyByPrincipalOnly } from './deny-by-principal-only';
import { denyHttpOnTcp } from './deny-http-on-tcp';
import { denyNotValues } from './deny-not-values';
import { denyPathVariants } from './deny-path-variants';
import { dryRun } from './dry-run';
import { emptyRuleList } from './empty-rule-list';
import { foreignTrustDomain } from './foreign-trust-domain';
import { gatewayHeader } from './gateway-header';
import { hostPortWildcard } from './host-port-wildcard';
import { allowedHostWithoutPort, deniedHostWithoutPort } from './host-without-port';
import { inMeshHeader } from './in-mesh-header';
import { issuerWildcard } from './issuer-wildcard';
import { namespacesAtGateway } from './namespaces-at-gateway';
import { neverMatchingPattern } from './never-matching-pattern';
import { outsidePrincipal } from './outside-principal';
import { plaintextPeer } from './plaintext-peer';
import { plaintextSender } from './plaintext-sender';
import { policyNamespace } from './policy-namespace';
import { rejectedListener } from './rejected-listener';
import { repeatedHeaders } from './repeated-headers';
import { selectorWithoutPods } from './selector-without-pods';
import { servicePort } from './service-port';
import { spiffePrefix } from './spiffe-prefix';
import { subjectSpelling } from './subject-spelling';
import { targetRefs } from './target-refs';
import { templateWithoutSlash } from './template-without-slash';
import { unknownCondition } from './unknown-condition';
import { wideWildcard } from './wide-wildcard';
import type { Check } from '../check';

/** Checks of AuthorizationPolicies and PeerAuthentications. */
export const POLICY_CHECKS: readonly Check[] = [
  gatewayHeader, inMeshHeader, subjectSpelling, wideWildcard, allowWithoutSelector, selectorWithoutPods, outsidePrincipal, spiffePrefix,
  denyByPrincipalOnly, denyPathVariants, deniedHostWithoutPort, servicePort, addressBehindBalancer, neverMatchingPattern,
  namespacesAtGateway, targetRefs, policyNamespace, dryRun, foreignTrustDomain, unknownCondition, templateWithoutSlash,
  allowedHostWithoutPort, emptyRuleList, hostPortWildcard, denyNotValues, rejectedListener, issuerWildcard, denyHttpOnTcp,
  certificateNotAsked, plaintextPeer, repeatedHeaders, plaintextSender,
];
