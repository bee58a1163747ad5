import { cureOfUnknownField } from './unknown-field';
import type { KubeObject } from '../../mesh/kube-object';
import { field, list, text, Value } from '../../mesh/value';
import type { FieldPath, Finding, PatchOperation } from '../finding';
import { pointer } from '../pointer';

const FILES = ['serverCertificate', 'privateKey', 'caCertificates'];

/**
 * What to do about an object that is refused.
 *
 * A Gateway may name the certificate of a server once. Where it does so by `credentialName` and by words that are no file, such as `use sds`, which Istio 1.1 documented and 1.30 refuses,
 * these words are taken away from all servers at once.
 */
export function cureOfRefusal(object: KubeObject, reason: string, path: FieldPath): Pick<Finding, 'cure' | 'patch'> {
  if (reason.startsWith('unknown field ')) return { cure: cureOfUnknownField(object.kind, path) };
  if (object.kind === 'Gateway' && reason.endsWith('in more than one way')) return cureOfCertificates(object);
  return { cure: 'correct the field' };
}

function cureOfCertificates({ spec }: KubeObject): Pick<Finding, 'cure' | 'patch'> {
  const servers = list(field(spec, 'servers')).map((server) => field(server, 'tls'));
  const words = servers.map(wordsOf);
  if (servers.some((tls, index) => waysOf(tls, words[index]) > 1)) return { cure: 'keep one: `credentialName`, or `serverCertificate` with `privateKey`' };
  const names = FILES.filter((name) => words.some((found) => found.includes(name))).map((name) => `\`${name}\``);
  return {
    cure: `take ${names.slice(0, -1).join(', ')} and ${names[names.length - 1]} away: \`credentialName\` is where the certificates are`,
    patch: words.flatMap((found, server) => found.map((name): PatchOperation => ({ op: 'remove', path: pointer(['spec', 'servers', server, 'tls', name]) }))),
  };
}

/** The fields beside a name of Secrets that hold words instead of the path of a file. */
function wordsOf(tls: Value): string[] {
  if (!text(field(tls, 'credentialName')) && list(field(tls, 'credentialNames')).length === 0) return [];
  return FILES.filter((name) => /^[^/]+$/.test(text(field(tls, name)) ?? ''));
}

/** In how many ways a server names its certificate without some fields. */
function waysOf(tls: Value, without: readonly string[]): number {
  const files = ['serverCertificate', 'privateKey'].every((name) => text(field(tls, name)) && !without.includes(name));
  return [files, ...['credentialName', 'credentialNames', 'tlsCertificates'].map((name) => (field(tls, name) ?? undefined) !== undefined)].filter(Boolean).length;
}
