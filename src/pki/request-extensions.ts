import type { Extension, GeneralName, Pkcs10CertificateRequest } from '@peculiar/x509';
import { AskedNames } from './alternative-names';
import { loadX509 } from './x509-library';
import { SpiffeId } from '../model/spiffe-id';
import { purposeName } from '../x509/key-purpose';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
// Key identifier, key usage, alternative names, basic constraints, extended key usage.
const READ_HERE = ['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37'];

/** What a signing request asks for besides its subject. */
export interface RequestedExtensions {
  readonly names: AskedNames;
  /** Extended key usages by name; undefined if the request leaves them open. */
  readonly purposes?: readonly string[];
}

/** Reads the extensions that a request asks for (RFC 2985 section 5.4.2), and refuses what nobody gets by a request. */
export function readRequestedExtensions(request: Pkcs10CertificateRequest, what: string): RequestedExtensions {
  const lists = request.getAttributes(EXTENSION_REQUEST).flatMap(({ values }) => values);
  if (lists.length > 1) {
    throw new Error(`${what} has ${lists.length} lists of extensions: have it made again with one`);
  }
  requireKnownOnce(request.extensions, what);
  requireNoAuthority(request.extensions, what);
  const { SubjectAlternativeNameExtension, ExtendedKeyUsageExtension } = loadX509();
  const names = request.extensions.find((extension) => extension instanceof SubjectAlternativeNameExtension);
  const purposes = request.extensions.find((extension) => extension instanceof ExtendedKeyUsageExtension);
  return {
    names: askedNames([...names?.names.items ?? []], what),
    purposes: purposes?.usages.map((oid) => purposeName(String(oid))),
  };
}

/** What is not known is left out of the certificate, but not when the requester wants it to be understood. */
function requireKnownOnce(extensions: readonly Extension[], what: string): void {
  const types = extensions.map(({ type }) => type);
  extensions.forEach(({ critical, type }, index) => {
    if (critical && !READ_HERE.includes(type)) {
      throw new Error(`${what} has the critical extension ${type}, which is not known here: have it made again without it`);
    }
    if (types.indexOf(type) !== index) {
      throw new Error(`${what} has extension ${type} more than once (RFC 5280 section 4.2 allows one)`);
    }
  });
}

function requireNoAuthority(extensions: readonly Extension[], what: string): void {
  const { BasicConstraintsExtension, KeyUsagesExtension, KeyUsageFlags } = loadX509();
  extensions.forEach((extension) => {
    if (extension instanceof BasicConstraintsExtension && extension.ca) {
      throw new Error(`${what} asks for the certificate of a CA (CA:TRUE), which is never issued for a request: make CAs with \`createIntermediate\``);
    }
    if (extension instanceof KeyUsagesExtension) {
      const asked = (['keyCertSign', 'cRLSign'] as const).find((name) => Math.floor(extension.usages / KeyUsageFlags[name]) % 2 === 1);
      if (asked !== undefined) {
        throw new Error(`${what} asks for the key usage ${asked}, which only a CA has: have it made again with digitalSignature`);
      }
    }
  });
}

function askedNames(names: readonly GeneralName[], what: string): AskedNames {
  const some = (type: string) => {
    const list = names.filter((name) => name.type === type).map(({ value }) => value);
    return list.length === 0 ? undefined : list;
  };
  const known = { dnsNames: some('dns'), ipAddresses: some('ip'), emailAddresses: some('email') };
  const uris = some('url') ?? [];
  if (Object.values(known).flatMap((list) => list ?? []).length + uris.length < names.length) {
    throw new Error(`${what} asks for an alternative name that is no DNS name, IP address, URI or e-mail address: have it made again without it`);
  }
  return { ...known, ...splitUris(uris, what) };
}

/** Tells the SPIFFE ID from other URIs. */
export function splitUris(uris: readonly string[], what: string): Pick<AskedNames, 'uris' | 'spiffeId'> {
  const [spiffeId, second] = uris.filter((uri) => /^spiffe:/i.test(uri));
  if (second !== undefined) {
    throw new Error(`${what} has the SPIFFE IDs \`${spiffeId}\` and \`${second}\`: a certificate has one at most (X.509-SVID section 2)`);
  }
  const others = uris.filter((uri) => uri !== spiffeId);
  return { uris: others.length === 0 ? undefined : others, spiffeId: spiffeId === undefined ? undefined : SpiffeId.parse(spiffeId) };
}
