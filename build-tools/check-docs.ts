/**
 * Fails when a public type or member outside the generated submodules has no docstring, or an optional property no `@default`.
 * Reads the jsii assembly, so it sees what users of every language see.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const GENERATED = ['networking', 'security', 'kyma', 'gardener_dns', 'gardener_cert', 'certmanager'];

interface Documented {
  readonly name?: string;
  readonly docs?: { summary?: string; default?: string };
  readonly optional?: boolean;
  readonly overrides?: string;
}

function assembly(): any {
  const raw = JSON.parse(readFileSync('.jsii', 'utf8'));
  return raw.schema === 'jsii/file-redirect' ? JSON.parse(gunzipSync(readFileSync(raw.filename)).toString('utf8')) : raw;
}

const undocumented: string[] = [];
let count = 0;

function check(where: string, member: Documented, isStruct: boolean): void {
  count += 1;
  if (member.overrides && !member.docs?.summary) return;
  if (!member.docs?.summary) undocumented.push(`${where}: no docstring`);
  if (isStruct && member.optional && !member.docs?.default) undocumented.push(`${where}: optional, but no @default`);
}

for (const type of Object.values<any>(assembly().types)) {
  if (GENERATED.includes(type.namespace)) continue;
  const name = `${type.namespace ? `${type.namespace}.` : ''}${type.name}`;
  check(name, type, false);
  for (const property of type.properties ?? []) check(`${name}.${property.name}`, property, type.datatype === true);
  for (const method of type.methods ?? []) check(`${name}.${method.name}()`, method, false);
  for (const member of type.members ?? []) check(`${name}.${member.name}`, member, false);
}

for (const line of undocumented) console.error(line);
console.log(`${count - undocumented.length} of ${count} public types and members are documented`);
if (undocumented.length > 0) process.exitCode = 1;
