import { Client } from '../../authz';
import { DistinguishedName } from '../../model/distinguished-name';
import { SpiffeId } from '../../model/spiffe-id';

/** Who sends a request, as options and files say it. At most one of the kinds is given. */
export interface ClientWords {
  /** A client with a certificate of its own. */
  readonly certificate?: Client;
  readonly subject?: DistinguishedName;
  readonly issuer?: DistinguishedName;
  readonly uris?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** `namespace/service account`, or a SPIFFE ID. */
  readonly inMesh?: string;
  readonly inMeshPlaintext?: boolean;
  readonly plaintext?: boolean;
}

/** Makes the client. Throws where the words contradict each other, or the URL. */
export function clientOf(words: ClientWords, secure: boolean, trustDomain: string): Client {
  const { certificate, subject, issuer, uris = [], dnsNames = [], inMesh, inMeshPlaintext = false, plaintext = false } = words;
  const asserted = subject !== undefined || issuer !== undefined || uris.length + dnsNames.length > 0;
  const kinds = [certificate !== undefined, asserted, inMesh !== undefined, inMeshPlaintext, plaintext].filter(Boolean).length;
  if (kinds > 1) throw new Error('a request has one client: a certificate file, or names of a certificate, or a caller in the mesh, or plain text');
  if ((inMesh !== undefined || inMeshPlaintext) && secure) throw new Error('a caller in the mesh sends `http://…`: the sidecars add TLS');
  if ((certificate !== undefined || asserted) && !secure) throw new Error('a client certificate goes with `https://…`: without TLS there is none');
  if (inMeshPlaintext) return Client.inMeshPlaintext();
  if (inMesh !== undefined) return Client.inMesh(workloadId(inMesh, trustDomain));
  if (plaintext || !secure) return Client.plaintext();
  if (certificate !== undefined) return certificate;
  return asserted ? Client.certificate({ subject, issuer, uris: [...uris], dnsNames: [...dnsNames] }) : Client.none();
}

function workloadId(text: string, trustDomain: string): SpiffeId {
  if (text.startsWith('spiffe://')) return SpiffeId.parse(text);
  const [namespace, serviceAccount, more] = text.split('/');
  if (!namespace || !serviceAccount || more !== undefined) throw new Error(`invalid caller \`${text}\`: expected \`<namespace>/<service account>\` or a SPIFFE ID`);
  return SpiffeId.ofWorkload({ trustDomain, namespace, serviceAccount });
}
