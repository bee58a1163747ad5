import { hostsWithoutName, requireNames } from './certificate-hosts';
import type { CertManagerCredentialProps } from './credential-props';
import type { CredentialSource } from './credential-source';
import { sharedOnce } from './manifest-store';
import { CertManagerCertificate } from '../resources/cert-manager-certificate';
import { checkedDnsName } from '../resources/certificate-name';
import { checkedCredentialName } from '../resources/gateway-server-check';

/** The credential of a Secret that cert-manager writes. */
export function certManagerSource(props: CertManagerCredentialProps): CredentialSource {
  const secretName = checkedCredentialName(props.secretName);
  const dnsNames = props.dnsNames?.map(checkedDnsName);
  const content = `cert-manager ${JSON.stringify(props)}`;
  return {
    secretName,
    mounts: [],
    complete: false,
    tls: { credentialName: secretName },
    check: (hosts) => {
      if (dnsNames) requireNames(secretName, hosts, dnsNames);
    },
    render: (target, hosts) => {
      const certificate = sharedOnce(target, 'credential', secretName, content, (scope, id) => new CertManagerCertificate(scope, id, {
        ...props,
        dnsNames,
        metadata: { name: secretName, namespace: target.namespace, labels: target.labels, annotations: target.annotations },
      }));
      hostsWithoutName(hosts, dnsNames ?? []).forEach((host) => certificate?.addDnsName(host));
    },
  };
}
