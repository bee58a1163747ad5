import { Stop } from '../../exit-status';

/** Where the files of one certificate lie, below the directory. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Where the files of a certification authority lie, below the directory. */
export interface AuthorityFiles extends CertificateFiles {
  readonly revocationList: string;
  /** The CA and the CAs above it, in one file. */
  readonly chain: string;
  /** All that is to be trusted while a CA is being replaced: the old and the new one. */
  readonly anchors: string;
}

/** Which side of a connection a certificate is for. */
export type Side = 'server' | 'client';

/** How files are named, and what things are called when nobody names them. */
export interface Layout {
  readonly name: string;
  /** Name of the root. */
  readonly root: string;
  /** Names of the intermediates that `init` makes below the root without being asked. */
  readonly intermediates: readonly string[];
  /** Name of a certificate whose caller gave none: made of a text such as its host or its common name. */
  readonly leafName: (side: Side, text: string) => string;
  readonly authority: (name: string, isRoot: boolean) => AuthorityFiles;
  readonly leaf: (side: Side, name: string) => CertificateFiles;
}

const plain: Layout = {
  name: 'plain',
  root: 'root',
  intermediates: [],
  leafName: (_side, text) => nameFrom(text),
  authority: (name) => ({
    certificate: `ca/${name}.crt`, privateKey: `ca/${name}.key`, revocationList: `ca/${name}.crl`, chain: `ca/${name}.chain.crt`, anchors: `ca/${name}.anchors.crt`,
  }),
  leaf: (side, name) => ({ certificate: `${side}/${name}.crt`, privateKey: `${side}/${name}.key` }),
};

const istio: Layout = {
  name: 'istio',
  root: 'ca',
  intermediates: ['intermediate'],
  leafName: (_side, text) => nameFrom(text),
  authority: (name, isRoot) => {
    const folder = isRoot ? '1_root' : '2_intermediate';
    const chain = name === 'intermediate' ? 'ca-chain' : `${name}-chain`;
    return {
      certificate: `${folder}/certs/${name}.cert.pem`,
      privateKey: `${folder}/private/${name}.key.pem`,
      revocationList: `${folder}/crl/${name}.crl.pem`,
      chain: `${folder}/certs/${chain}.cert.pem`,
      anchors: `${folder}/certs/${name}-anchors.cert.pem`,
    };
  },
  leaf: (side, name) => {
    const folder = side === 'server' ? '3_application' : '4_client';
    return { certificate: `${folder}/certs/${name}.cert.pem`, privateKey: `${folder}/private/${name}.key.pem` };
  },
};

const kyma: Layout = {
  name: 'kyma',
  root: 'cacert',
  intermediates: [],
  leafName: (side) => side,
  authority: (name) => ({ certificate: `${name}.crt`, privateKey: `${name}.key`, revocationList: `${name}.crl`, chain: `${name}.chain.crt`, anchors: `${name}.anchors.crt` }),
  leaf: (_side, name) => ({ certificate: `${name}.crt`, privateKey: `${name}.key` }),
};

const asm: Layout = {
  name: 'asm',
  root: 'ca',
  intermediates: [],
  leafName: (side) => side,
  authority: (name) => ({
    certificate: `${name}cert.pem`, privateKey: `${name}key.pem`, revocationList: `${name}crl.pem`, chain: `${name}chain.pem`, anchors: `${name}anchors.pem`,
  }),
  leaf: (side, name) => ({ certificate: `${name}cert.pem`, privateKey: side === 'server' ? `${name}key.pem` : `${name}.key.pem` }),
};

/** The layouts by name: our own, and those of the Istio, Kyma and Alibaba Cloud Service Mesh tutorials. */
export const LAYOUTS: Record<string, Layout> = { plain, istio, kyma, asm };

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;

/** Whether a text may be the name of a CA or a certificate: it becomes part of file names. */
export function isName(text: string): boolean {
  return NAME.test(text) && !text.includes('..');
}

/** Checks the name of a CA or a certificate, which an option gives. */
export function requireName(text: string): string {
  if (!isName(text)) {
    throw Stop.wrongUse(`invalid name \`${text}\`: expected at most 100 letters, digits and inner \`.\`, \`-\` and \`_\`, because files are named after it`);
  }
  return text;
}

/** Makes a file name of a host, a common name or a SPIFFE ID: `*.example.com` becomes `wildcard.example.com`. */
function nameFrom(text: string): string {
  const name = text.replace(/^spiffe:\/\//, '').replace(/^\*/, 'wildcard').replace(/[^A-Za-z0-9._-]+|\.{2,}/g, '-').slice(0, 100).replace(/^[._-]+|[._-]+$/g, '');
  if (!isName(name)) {
    throw Stop.wrongUse(`no file name can be made of \`${text}\`: give one with --name`);
  }
  return name;
}
