import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CURED, files, followBackwards, inside, lay, lint, readTrials } from './trial';
import { cli } from '../cli/support/run';

const trials = readTrials();
const trial = (name: string) => trials.find((one) => one.name === name)!;
const documents = (path: string) => parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS());
const told = async () => (await lint()).findings.map(({ id, cure }) => `${id}: ${cure}`);

test('who lints the tutorial alone ends with the same policy as who lints it with what the cluster has', () => {
  expect(documents(join(CURED, '000-alone/000.yaml'))).toEqual(documents(join(CURED, '000/000.yaml')));
});

test.each(trials.filter(({ steps }) => steps.length > 0))('$name from the last finding to the first, patches written by hand: nothing is found in the end, and callers are answered as in the recorded order', async (one) => {
  await inside(`backwards-${one.name}`, async () => {
    lay(one);
    expect(await followBackwards(one)).toBeGreaterThan(0);
    mkdirSync('mine');
    mkdirSync('recorded');
    for (const file of files()) cpSync(file, join('mine', file));
    cpSync(join(CURED, one.name), 'recorded', { recursive: true });
    if (one.platform !== undefined) for (const side of ['mine', 'recorded']) cpSync('platform.yaml', join(side, 'platform.yaml'));
    const { status, out } = await cli(['diff', 'recorded', 'mine', '--format', 'json']);
    const { changes } = JSON.parse(out);
    expect({ status, changes }).toEqual({ status: 0, changes: [] });
  });
});

/** Changes the text of a file, which has to hold what is replaced. */
function slip(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

describe('the other cures that a finding names end with nothing found too', () => {
  const PLAIN = '  - hosts: ["*"]\n    port: {name: test, number: 80, protocol: HTTP}\n';

  test.each<[string, (readonly [string, string])[]]>([
    ['004: the open server is taken away', [[PLAIN, '']]],
    ['004: it has hosts of its own', [[PLAIN, PLAIN.replace('*', 'plain.com')], ['hosts: ["*"]\n  gateways', 'hosts: [test.com]\n  gateways']]],
    ['004: an ALLOW policy', [[PLAIN, ''], ['action: DENY', 'action: ALLOW'],
      ['rules:\n  - from: [{source: {principals: [test.client]}}]\n    to: [{operation: {paths: [/status/418]}}]', 'rules: [{from: [{source: {principals: [colleague]}}]}]']]],
  ])('%s', async (name, changes) => {
    await inside(name.replace(/\W+/g, '-'), async () => {
      lay(trial('004'));
      for (const [from, to] of changes) slip('004.yaml', from, to);
      await cli(['lint', '.', '--fix']);
      expect(await told()).toEqual([]);
    });
  });
});

describe('slips', () => {
  test('004: the condition for those without certificate in the same source, where both must hold, is not taken for a cure', async () => {
    await inside('slip-004', async () => {
      lay(trial('004'));
      slip('004.yaml', 'principals: [test.client]', 'principals: [test.client], notPrincipals: ["*"]');
      expect((await told()).find((line) => line.startsWith('MTLS023'))).toContain('add a rule `from: [{source: {notPrincipals: ["*"]}}]` with the same `to`');
    });
  });

  test('004: the examples of the message, copied as paths, leave the other parameters open', async () => {
    await inside('slip-004-paths', async () => {
      lay(trial('004'));
      slip('004.yaml', 'paths: [/status/418]', 'paths: [/status/418, /status/418/, "/status/418;x", //status/418]');
      expect((await told()).filter((line) => line.startsWith('MTLS024'))).toHaveLength(1);
      await cli(['lint', '.', '--fix']);
      expect((await lint()).findings.filter(({ id }) => id === 'MTLS024')).toEqual([]);
      expect(readFileSync('004.yaml', 'utf8')).toContain('/status/418;*');
    });
  });

  test('004: a redirect for one host leaves another open, which is found', async () => {
    await inside('slip-004-redirect', async () => {
      lay(trial('004'));
      slip('004.yaml', '- hosts: ["*"]\n    port: {name: test, number: 80, protocol: HTTP}',
        '- hosts: [test.com]\n    port: {name: test, number: 80, protocol: HTTP}\n    tls: {httpsRedirect: true}\n  - hosts: [other.com]\n    port: {name: other, number: 80, protocol: HTTP}');
      expect((await told()).find((line) => line.startsWith('MTLS012'))).toContain('let server 2 of Gateway `default/httpbin` only redirect');
    });
  });

  test('001: the old APIRule left beside the new one is to be deleted, and says so', async () => {
    await inside('slip-001', async () => {
      lay(trial('001'));
      await cli(['migrate-apirule', '.', '--out', 'v2.yaml']);
      const lines = await told();
      expect(lines.filter((line) => /^MTLS(047|101)/.test(line)).sort()).toEqual([
        'MTLS047: delete it: the same APIRule is among the manifests in a newer version',
        'MTLS101: delete one of them, or give it another `metadata.name`',
      ]);
    });
  });

  test('000: one of the headers removed by hand, the others are still found, and --fix adds them', async () => {
    await inside('slip-000', async () => {
      lay(trial('000'));
      slip('000.yaml', '        set:', '        remove: [X-CLIENT-SSL-CN]\n        set:');
      expect((await told()).some((line) => line.startsWith('MTLS014'))).toBe(true);
      await cli(['lint', '.', '--fix']);
      expect((await lint()).findings.map(({ id }) => id)).toEqual(['MTLS019']);
    });
  });

  test('003: words taken away from one server only leave the Gateway refused, and the trust anchor is found at last', async () => {
    await inside('slip-003', async () => {
      lay(trial('003-mutual'));
      slip('003-mutual.yaml', 'serverCertificate: use sds, privateKey: use sds, ', '');
      expect((await lint()).findings.map(({ id }) => id)).toEqual(['MTLS061']);
      lay(trial('003-sds-hosts'));
      slip('003-sds-hosts.yaml', 'serverCertificate: use sds, privateKey: use sds, ', '');
      expect((await told()).filter((line) => line.startsWith('MTLS100'))).toEqual(['MTLS100: take `serverCertificate` and `privateKey` away: `credentialName` is where the certificates are']);
    });
  });
});
