import { Document, parseDocument } from 'yaml';
import { AUTHORITY_STATES, AuthorityEntry, CERTIFICATE_STATES, CertificateEntry, StoreIndex } from './index-entry';
import { LAYOUTS, isName } from './layout';
import { isInside } from './transaction';
import { Stop } from '../../exit-status';

/** Name of the index below the directory. */
export const INDEX = 'index.yaml';

/** Name of the copy of the index before the last change. */
export const PREVIOUS_INDEX = 'index.previous.yaml';

const VERSION = 1;
const COMMENT = ' What this directory holds. Read it freely; the command `cdk8s-istio-security pki` writes it.';

type Check = (value: unknown) => boolean;
type Refusal = (reason: string) => Stop;

const text: Check = (value) => typeof value === 'string';
const name: Check = (value) => typeof value === 'string' && isName(value);
const path: Check = (value) => typeof value === 'string' && isInside(value);
const moment: Check = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
const hex: Check = (value) => typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value);
const decimal: Check = (value) => typeof value === 'string' && /^\d+$/.test(value);
const oneOf = (allowed: readonly string[]): Check => (value) => typeof value === 'string' && allowed.includes(value);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);
const optional = (check: Check): Check => (value) => value === undefined || check(value);

const COMMON: Record<string, Check> = {
  name,
  subject: text,
  issuer: name,
  serialNumber: hex,
  notBefore: moment,
  notAfter: moment,
  certificate: path,
  privateKey: optional(path),
  revokedAt: optional(moment),
  reason: optional(text),
};
const SIDE = oneOf(['server', 'client']);
const AUTHORITY: Record<string, Check> = {
  ...COMMON, family: name, state: oneOf(AUTHORITY_STATES), issues: listOf(SIDE), revocationList: optional(path), crlNumber: optional(decimal),
};
const CERTIFICATE: Record<string, Check> = { ...COMMON, side: SIDE, state: oneOf(CERTIFICATE_STATES), names: listOf(text), copy: path };

/** Writes an index as YAML that a person can read. */
export function formatIndex(index: StoreIndex): string {
  const document = new Document({ version: VERSION, ...index }, { aliasDuplicateObjects: false });
  document.commentBefore = COMMENT;
  return document.toString({ lineWidth: 0 });
}

/** Reads an index; the first thing that is wrong with it is an error that names the place. */
export function parseIndex(yaml: string, file: string): StoreIndex {
  const refuse = (reason: string) => Stop.unreadable(
    `the index \`${file}\` is damaged: ${reason}; the state before the last change is in \`${PREVIOUS_INDEX}\` beside it, and no certificate or key was touched`,
  );
  const root = parseYaml(yaml, refuse);
  if (root.version !== VERSION) {
    throw refuse(`\`version\` is \`${String(root.version)}\`, expected \`${VERSION}\``);
  }
  if (typeof root.layout !== 'string' || !Object.hasOwn(LAYOUTS, root.layout)) {
    throw refuse(`\`layout\` is none of ${Object.keys(LAYOUTS).join(', ')}`);
  }
  const authorities = entries(root.authorities, 'authorities', AUTHORITY, refuse) as unknown as AuthorityEntry[];
  const certificates = entries(root.certificates, 'certificates', CERTIFICATE, refuse) as unknown as CertificateEntry[];
  requireConsistent(authorities, certificates, refuse);
  return { layout: root.layout, authorities, certificates };
}

function parseYaml(yaml: string, refuse: Refusal): Record<string, unknown> {
  const document = parseDocument(yaml, { prettyErrors: false });
  if (document.errors.length > 0) {
    const [{ pos, message }] = document.errors;
    throw refuse(`line ${yaml.slice(0, pos[0]).split('\n').length} is no YAML (${message.split('\n')[0]})`);
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    throw refuse('it has YAML aliases');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refuse('it is empty or no mapping');
  }
  return value as Record<string, unknown>;
}

function entries(list: unknown, key: string, checks: Record<string, Check>, refuse: Refusal): Record<string, unknown>[] {
  if (!Array.isArray(list)) {
    throw refuse(`\`${key}\` is no list`);
  }
  list.forEach((entry, index) => {
    const place = `\`${key}[${index}]\``;
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
      throw refuse(`${place} is no mapping`);
    }
    const wrong = Object.keys(checks).find((field) => !checks[field](entry[field]))
      ?? Object.keys(entry).find((field) => !Object.hasOwn(checks, field));
    if (wrong !== undefined) {
      throw refuse(`${place} has ${entry[wrong] === undefined ? 'no' : 'a wrong'} \`${wrong}\``);
    }
  });
  return list;
}

function requireConsistent(authorities: readonly AuthorityEntry[], certificates: readonly CertificateEntry[], refuse: Refusal): void {
  const names = authorities.map((authority) => authority.name);
  const twice = names.find((candidate, index) => names.indexOf(candidate) !== index);
  if (twice !== undefined) {
    throw refuse(`two authorities are called \`${twice}\``);
  }
  const all = [...authorities, ...certificates];
  const orphan = all.find(({ issuer }) => !names.includes(issuer));
  if (orphan !== undefined) {
    throw refuse(`the issuer \`${orphan.issuer}\` of \`${orphan.name}\` is not among the authorities`);
  }
  const seen = new Map<string, string>();
  for (const { issuer, serialNumber, name: owner } of all) {
    const key = `${issuer} ${serialNumber}`;
    if (seen.has(key)) {
      throw refuse(`\`${seen.get(key)}\` and \`${owner}\` have the same serial number ${serialNumber} of issuer \`${issuer}\``);
    }
    seen.set(key, owner);
  }
}
