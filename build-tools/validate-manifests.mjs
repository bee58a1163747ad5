/**
 * Validates every rendered object: the manifests of the examples and the golden files of the construct tests, against the Istio models of
 * @kubernetes-models/istio and, where CRDS_DIR names a directory of CRD files, against the schemas of their own CustomResourceDefinitions,
 * unknown fields included. (A script of its own because the models are published as ES modules only, which jest does not load.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Ajv from 'ajv';
import { parseAllDocuments } from 'yaml';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

function files(directory, ending) {
  return readdirSync(directory, { recursive: true }).map(String).filter((file) => file.endsWith(ending)).sort().map((file) => join(directory, file));
}

/** The objects in a YAML text; text that is no YAML of objects has none. */
function objects(text, origin) {
  return parseAllDocuments(text).filter((document) => document.errors.length === 0).map((document) => document.toJS())
    .filter((object) => object?.apiVersion && object.kind).map((object) => ({ object, origin }));
}

const rendered = [
  ...files(join(root, 'examples'), '.yaml').filter((file) => file.includes('/manifests/')).flatMap((file) => objects(readFileSync(file, 'utf8'), file)),
  ...files(join(root, 'test'), '.snap').flatMap((file) => Object.values(require(file.replace(/\.snap$/, '.snap'))).flatMap((text) => objects(String(text).replace(/^\n/, ''), file))),
];

const crds = new Map();
if (process.env.CRDS_DIR) {
  for (const file of files(process.env.CRDS_DIR, '.yaml')) {
    for (const { object } of objects(readFileSync(file, 'utf8'))) {
      if (object.kind !== 'CustomResourceDefinition') continue;
      for (const version of object.spec.versions) crds.set(`${object.spec.group}/${version.name} ${object.spec.names.kind}`, version.schema.openAPIV3Schema);
    }
  }
}

/** A structural schema as JSON schema: unknown fields are errors, as under the API server's strict validation. */
function strict(schema) {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map(strict);
  const result = Object.fromEntries(Object.entries(schema).filter(([key]) => !key.startsWith('x-') && key !== 'format' && key !== 'nullable' && key !== 'description' && key !== 'example')
    .map(([key, value]) => [key, key === 'properties' ? Object.fromEntries(Object.entries(value).map(([name, property]) => [name, strict(property)])) : key === 'enum' || key === 'default' || key === 'required' ? value : strict(value)]));
  if (schema['x-kubernetes-int-or-string']) { delete result.type; delete result.anyOf; return { anyOf: [{ type: 'integer' }, { type: 'string' }] }; }
  if (schema.type === 'object' && schema.properties && !schema['x-kubernetes-preserve-unknown-fields'] && !schema.additionalProperties) result.additionalProperties = false;
  return schema.nullable ? { anyOf: [result, { type: 'null' }] } : result;
}

const ajv = new Ajv({ strict: false, allErrors: true });
const compiled = new Map();
let failed = 0;
const counts = { models: 0, crds: 0, neither: 0 };

function fail(origin, object, what, message) {
  failed += 1;
  console.error(`${origin}: ${object.kind} ${object.metadata?.name}: ${what}: ${message}`);
}

for (const { object, origin } of rendered) {
  const [group, version] = object.apiVersion.split('/');
  let known = false;
  if (group.endsWith('.istio.io')) {
    const models = await import(pathToFileURL(join(root, 'node_modules', '@kubernetes-models', 'istio', group, version, `${object.kind}.js`)).href);
    try {
      new models[object.kind](object).validate();
      counts.models += 1;
      known = true;
    } catch (error) {
      fail(origin, object, 'Istio model', error.message);
    }
  }
  const key = `${object.apiVersion} ${object.kind}`;
  const schema = crds.get(key);
  if (schema) {
    if (!compiled.has(key)) {
      const { properties, ...rest } = schema;
      compiled.set(key, ajv.compile({ ...strict({ ...rest, properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, ...properties, metadata: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }) }));
    }
    const validate = compiled.get(key);
    if (validate(object)) {
      counts.crds += 1;
      known = true;
    } else {
      fail(origin, object, 'CRD schema', ajv.errorsText(validate.errors));
    }
  }
  if (!known) counts.neither += 1;
}

console.log(`${rendered.length} rendered objects: ${counts.models} valid by the Istio models, ${process.env.CRDS_DIR ? `${counts.crds} by their CRD` : 'CRD schemas not asked for (CRDS_DIR)'}, ${counts.neither} of kinds that neither knows`);
if (failed > 0 || rendered.length === 0) process.exitCode = 1;
