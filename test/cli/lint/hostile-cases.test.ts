import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { hostileCases } from '../../checks/hostile';
import { cli, expectDiscreet, temporaryDirectory } from '../support/run';

const file = join(temporaryDirectory(), 'manifests.yaml');
const FORMATS = ['text', 'json', 'sarif'];
let count = 0;

describe('lint reads any YAML, and ends with findings, without, or with what cannot be read', () => {
  test.each(hostileCases(1009))('$id', async ({ hostile }) => {
    for (const { where, documents } of hostile()) {
      writeFileSync(file, documents.map((document) => stringify(document ?? null, { aliasDuplicateObjects: false })).join('---\n'));
      const format = FORMATS[count++ % FORMATS.length];
      const outcome = await cli(['lint', file, '--format', format]);
      expectDiscreet(outcome);
      const { status, out, err } = outcome;
      expect([where, [0, 1, 3].includes(status), status === 3 ? err !== '' : out !== '']).toEqual([where, true, true]);
      // eslint-disable-next-line no-control-regex
      expect([where, /\n\s+at .*\.[jt]s:\d|TypeError|RangeError|[\u0000-\u0009\u001b]/.exec(out + err)?.[0]]).toEqual([where, undefined]);
      if (status !== 3 && format !== 'text') JSON.parse(out);
    }
  });
});
