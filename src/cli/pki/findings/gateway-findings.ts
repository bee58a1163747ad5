import { anchorFindings, serialFindings, sharedAuthorityFindings } from './anchor-findings';
import { chainFindings } from './chain-findings';
import { CredentialPlace, CredentialText, placeOf, readCredential } from './credential';
import { Finding, Moment, unwise, wrong } from './finding';
import { hostFindings } from './host-findings';
import { revocationFindings } from './revocation-findings';
import { Certificate } from '../../../x509/certificate';
import { KubernetesObject } from '../manifests';
import { certificatesOf, revocationListsOf, withoutExplanations } from '../pem-file';

/** What was found about the Gateways of some manifests. */
export interface GatewayJudgement {
  readonly findings: readonly Finding[];
  /** What was judged, and what could not be. */
  readonly notes: readonly string[];
}

interface Server {
  readonly where: string;
  readonly tls: any;
  readonly hosts: readonly string[];
}

/** Judges the credentials of every TLS server of the Gateways: does Istio find them, are they good for the hosts, who is let in as a client. */
export function gatewayFindings(
  objects: readonly KubernetesObject[], gatewayNamespace: string, roots: readonly Certificate[], moment: Moment,
): GatewayJudgement {
  const gateways = objects.filter(({ kind, apiVersion }) => kind === 'Gateway' && apiVersion.startsWith('networking.istio.io/'));
  const judgements = gateways.flatMap(serversOf).map((server) => serverFindings(server, objects, gatewayNamespace, roots, moment));
  const notes = judgements.flatMap((judgement) => judgement.notes);
  return { findings: judgements.flatMap(({ findings }) => findings), notes: gateways.length === 0 ? ['there is no Istio Gateway among the manifests'] : notes };
}

function serversOf(gateway: KubernetesObject): Server[] {
  const servers = gateway.body.spec?.servers;
  return (Array.isArray(servers) ? servers : []).filter((server) => server?.tls && server.tls.httpsRedirect !== true).map((server, index) => ({
    where: `Gateway ${gateway.namespace}/${gateway.name} server ${server.port?.name ?? index}`,
    tls: server.tls,
    hosts: (Array.isArray(server.hosts) ? server.hosts : []).map((host: unknown) => String(host).split('/').pop()!),
  }));
}

function serverFindings(
  { where, tls, hosts }: Server, objects: readonly KubernetesObject[], gatewayNamespace: string, roots: readonly Certificate[], moment: Moment,
): GatewayJudgement {
  if (!['SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'].includes(tls.mode) || typeof tls.credentialName !== 'string') {
    return { findings: [], notes: [`${where}: mode ${tls.mode ?? 'PASSTHROUGH'}${tls.credentialName === undefined ? ' without credentialName' : ''} is not judged`] };
  }
  const place = placeOf(tls.credentialName, gatewayNamespace);
  if (place === undefined) {
    return { findings: [], notes: [`${where}: credential \`${tls.credentialName}\` is no Secret and is not judged`] };
  }
  const found = find(objects, place, gatewayNamespace, where);
  const credential = found.object === undefined ? undefined : readCredential(found.object);
  const server = presented(credential, hosts, `${where}, Secret ${place.namespace}/${place.name}`, roots, moment);
  const client = tls.mode === 'SIMPLE' ? [] : clientFindings(tls, place, credential, server.leaf, objects, gatewayNamespace, where, moment);
  return { findings: [...found.findings, ...server.findings, ...client], notes: [`${where}: judged with Secret ${place.namespace}/${place.name}`] };
}

function presented(credential: CredentialText | undefined, hosts: readonly string[], where: string, roots: readonly Certificate[], moment: Moment) {
  if (credential === undefined) return { findings: [] };
  if (credential.certificate === undefined) {
    return {
      findings: [wrong(
        'secret-keys', where, 'neither `tls.crt` with `tls.key` nor `cert` with `key` is there and not empty: Istio sends nothing, and every handshake is closed', 'write both: `pki export --server … --include-private-key`',
      )],
    };
  }
  const certificates = certificatesOf(withoutExplanations(credential.certificate), `certificate of ${where}`);
  const chain = { where, certificates, privateKey: credential.privateKey, purpose: 'serverAuth' as const };
  return { leaf: certificates, findings: [...chainFindings(chain, roots, moment), ...hostFindings(certificates[0], hosts, where)] };
}

function clientFindings(
  tls: any, serverPlace: CredentialPlace, server: CredentialText | undefined, chain: ReturnType<typeof certificatesOf> | undefined,
  objects: readonly KubernetesObject[], gatewayNamespace: string, where: string, moment: Moment,
): Finding[] {
  const asked = typeof tls.caCertCredentialName === 'string' ? tls.caCertCredentialName : '';
  const named = asked === '' ? undefined : placeOf(asked, gatewayNamespace);
  const place = named ?? { ...serverPlace, name: `${serverPlace.name}-cacert` };
  const misnamed = named === undefined ? [] : misnamedFindings(named, where);
  const own = named === undefined ? objects.find((object) => isAt(object, place)) : undefined;
  const found = named === undefined ? { object: own, findings: [] } : find(objects, named, gatewayNamespace, where);
  // A `-cacert` Secret that exists is final, even if it holds nothing (Istio SecretController).
  const fallsBack = named === undefined && own === undefined;
  const text = fallsBack ? server : found.object && readCredential(found.object);
  const at = `${where}, ${place.kind} ${fallsBack ? `${serverPlace.namespace}/${serverPlace.name}` : `${place.namespace}/${place.name}`}`;
  if (text?.authorities === undefined) {
    const elsewhere = fallsBack ? objects.find(({ kind, name }) => kind === 'Secret' && name === place.name) : undefined;
    const nothing = wrong(
      'client-ca-missing', at, 'no CA for clients is there: without one every handshake of this server is closed',
      `write \`cacert\` into Secret \`${gatewayNamespace}/${place.name}\`: \`pki export --credential ${serverPlace.name} --client-ca …\``,
    );
    const absent = elsewhere !== undefined ? [misplaced(elsewhere, gatewayNamespace, where)] : found.findings.length > 0 ? [] : [nothing];
    return [...misnamed, ...found.findings, ...absent];
  }
  const anchors = certificatesOf(withoutExplanations(text.authorities), `CAs of ${at}`);
  const lists = text.revocationLists === undefined ? [] : revocationListsOf(withoutExplanations(text.revocationLists), `revocation lists of ${at}`);
  return [
    ...misnamed,
    ...fallsBack && text.authoritiesKey === 'ca.crt' ? [unwise(
      'implicit-client-ca', at, '`ca.crt` of the server\'s Secret decides about clients, because there is no Secret with `-cacert`: cert-manager and Gardener write the CA of the server certificate there',
      `say who may enter in Secret \`${serverPlace.namespace}/${place.name}\`: \`pki export --credential ${serverPlace.name} --client-ca …\``,
    )] : [],
    ...anchorFindings(anchors, at, moment),
    ...serialFindings(anchors, at),
    ...chain === undefined ? [] : sharedAuthorityFindings(chain, anchors, at),
    ...revocationFindings(lists, anchors, [], at, moment),
  ];
}

function misnamedFindings({ kind, name }: CredentialPlace, where: string): Finding[] {
  const suffixed = name.endsWith('-cacert');
  if (suffixed === (kind === 'Secret')) return [];
  return [kind === 'Secret'
    ? wrong('client-ca-name', where, `caCertCredentialName \`${name}\` does not end in \`-cacert\`: Istio takes it for a server certificate, and the CA never arrives`, `name the Secret \`${name}-cacert\``)
    : wrong('client-ca-name', where, `ConfigMap \`${name}\` ends in \`-cacert\`: Istio cuts that off and looks for another one`, 'name the ConfigMap without it')];
}

function find(
  objects: readonly KubernetesObject[], place: CredentialPlace, gatewayNamespace: string, where: string,
): { object?: KubernetesObject; findings: Finding[] } {
  if (place.kind === 'Secret' && place.namespace !== gatewayNamespace) {
    return { findings: [wrong('wrong-namespace', where, `the gateway's pods in \`${gatewayNamespace}\` may not read Secret \`${place.namespace}/${place.name}\``, `put it into \`${gatewayNamespace}\` and name it \`${place.name}\``)] };
  }
  const object = objects.find((candidate) => isAt(candidate, place));
  if (object !== undefined) return { object, findings: [] };
  const elsewhere = objects.find(({ kind, name }) => kind === place.kind && name === place.name);
  return {
    findings: [elsewhere !== undefined ? misplaced(elsewhere, gatewayNamespace, where) : wrong(
      'secret-missing', where, `${place.kind} \`${place.namespace}/${place.name}\` is not among the manifests: if it is not in the cluster either, every handshake is closed`, 'pass its manifest too, or create it: `pki export`',
    )],
  };
}

function misplaced({ kind, namespace, name }: KubernetesObject, gatewayNamespace: string, where: string): Finding {
  return wrong('wrong-namespace', where, `${kind} \`${name}\` is in namespace \`${namespace}\`, and Istio looks for it where the gateway's pods run: \`${gatewayNamespace}\``,
    `create it in \`${gatewayNamespace}\`, or say with --gateway-namespace where the pods run`);
}

function isAt(object: KubernetesObject, { kind, namespace, name }: CredentialPlace): boolean {
  return object.kind === kind && object.namespace === namespace && object.name === name;
}
