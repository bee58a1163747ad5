import { hostsWithoutName, requireNames } from './certificate-hosts';
import type { GardenerCredentialProps, GardenerIssuerOptions } from './credential-props';
import type { CredentialSource, ManifestTarget } from './credential-source';
import { sharedOnce } from './manifest-store';
import { HostPattern } from '../model/host-pattern';
import { checkedCommonName, checkedDnsName } from '../resources/certificate-name';
import { DnsEntry } from '../resources/dns-entry';
import { DnsProvider } from '../resources/dns-provider';
import { GardenerCertificate } from '../resources/gardener-certificate';
import { GardenerIssuer } from '../resources/gardener-issuer';
import { checkedCredentialName } from '../resources/gateway-server-check';

/** The credential of a Secret that Gardener's certificate service writes. */
export function gardenerSource(props: GardenerCredentialProps): CredentialSource {
  const secretName = checkedCredentialName(props.secretName);
  const commonName = props.commonName === undefined ? [] : [checkedCommonName(props.commonName)];
  const dnsNames = props.dnsNames?.map(checkedDnsName);
  const content = `gardener ${JSON.stringify(props)}`;
  return {
    secretName,
    mounts: [],
    complete: false,
    tls: { credentialName: secretName },
    check: (hosts) => {
      if (dnsNames) requireNames(secretName, hosts, [...commonName, ...dnsNames]);
    },
    render: (target, hosts) => {
      renderDns(target, props, hosts);
      renderIssuer(target, props.issuer);
      const certificate = sharedOnce(target, 'credential', secretName, content, (scope, id) => new GardenerCertificate(scope, id, {
        metadata: metadataOf(target, secretName),
        secretName,
        commonName: props.commonName,
        dnsNames,
        issuerName: props.issuer?.name,
        issuerNamespace: isRendered(props.issuer) ? target.namespace : props.issuer?.namespace,
        keyAlgorithm: props.keyAlgorithm,
        keySize: props.keySize,
      }));
      hostsWithoutName(hosts, [...commonName, ...dnsNames ?? []]).forEach((host) => certificate?.addDnsName(host));
    },
  };
}

function renderDns(target: ManifestTarget, { dnsProvider, dnsEntry }: GardenerCredentialProps, hosts: HostPattern[]): void {
  if (dnsProvider) {
    sharedOnce(target, 'DNS provider', dnsProvider.name, JSON.stringify(dnsProvider), (scope, id) => new DnsProvider(scope, id, {
      ...dnsProvider,
      metadata: metadataOf(target, dnsProvider.name),
    }));
  }
  if (!dnsEntry) return;
  for (const { text } of hosts) {
    const name = text.replace(/^\*/, 'wildcard');
    sharedOnce(target, 'DNS entry', name, JSON.stringify(dnsEntry), (scope, id) => new DnsEntry(scope, id, { ...dnsEntry, metadata: metadataOf(target, name), dnsName: text }));
  }
}

function renderIssuer(target: ManifestTarget, issuer: GardenerIssuerOptions | undefined): void {
  if (!issuer || !isRendered(issuer)) return;
  if (issuer.namespace !== undefined && issuer.namespace !== target.namespace) {
    throw new Error(`issuer \`${issuer.name}\` is rendered in namespace \`${target.namespace}\` of the gateway's pods, not in \`${issuer.namespace}\`: leave \`namespace\` out`);
  }
  sharedOnce(target, 'issuer', issuer.name, JSON.stringify(issuer), (scope, id) => new GardenerIssuer(scope, id, {
    metadata: metadataOf(target, issuer.name),
    acme: issuer.acme,
    caSecretName: issuer.caSecretName,
  }));
}

function isRendered(issuer: GardenerIssuerOptions | undefined): boolean {
  return issuer?.acme !== undefined || issuer?.caSecretName !== undefined;
}

function metadataOf({ namespace, labels, annotations }: ManifestTarget, name: string) {
  return { name, namespace, labels, annotations };
}
