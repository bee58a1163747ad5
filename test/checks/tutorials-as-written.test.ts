import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextOf, documentsOf } from './cases';
import { read, tutorials } from '../../build-tools/tutorials';
import { CATALOGUE, runChecks, profileOf } from '../../src/checks';

const FOLDER = join(__dirname, '..', 'tutorials-as-written');

function ids(documents: readonly unknown[]): string[] {
  return [...new Set(runChecks(contextOf(documents, { profile: profileOf(documents) })).map(({ check, severity }) => `${check.id} ${severity}`))].sort();
}

describe('what is wrong with the five tutorials as their authors wrote them', () => {
  test.each<[string, string, string[]]>([
    ['000', 'set without remove, no source restriction, no selector, a host without its form with a port', ['MTLS014 error', 'MTLS016 error', 'MTLS019 warning', 'MTLS067 warning']],
    ['001', 'an APIRule of version v1beta1', ['MTLS047 error']],
    ['001-secrets', 'Secrets in the namespace of the Gateway object', ['MTLS001 warning']],
    ['002', 'tokens of any application', ['MTLS112 warning']],
    ['003-file-mount', 'nothing', []],
    ['003-mutual', '"use sds" beside credentialName', ['MTLS100 error']],
    ['003-two-hosts', 'the port of the container where that of the Service is meant', ['MTLS104 error']],
    ['003-helloworld', 'a Deployment of an API that was removed, "use sds" beside credentialName', ['MTLS062 error', 'MTLS100 error']],
    ['004', 'plain HTTP leads past the certificate, a denial by principal alone, other spellings of the path', ['MTLS012 error', 'MTLS023 warning', 'MTLS024 warning']],
  ])('%s: %s', (file, _what, expected) => {
    const known = (id: string) => CATALOGUE.some((check) => check.id === id.slice(0, 'MTLS000'.length));
    expect(ids(documentsOf(readFileSync(join(FOLDER, `${file}.yaml`), 'utf8')))).toEqual(expected.filter(known));
  });
});

describe('the corrected tutorials have no finding', () => {
  const files = tutorials().flatMap((tutorial) => read(join(__dirname, '..', '..', 'examples', tutorial, 'manifests')).map(({ file, manifests }) => ({ name: `${tutorial}/${file}`, manifests })));

  test.each(files)('$name', ({ manifests }) => {
    expect(ids(manifests)).toEqual([]);
  });
});
