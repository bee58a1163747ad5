import * as fc from 'fast-check';
import { StoreIndex } from '../../../../src/cli/pki/store/index-entry';
import { formatIndex, parseIndex } from '../../../../src/cli/pki/store/index-file';

const hex = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const name = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}[a-z0-9]$/);
const moment = fc.constantFrom('2026-01-01T00:00:00Z', '2030-12-31T23:59:59Z');
const facts = { subject: text, notBefore: moment, notAfter: moment, certificate: name, privateKey: name };
const index: fc.Arbitrary<StoreIndex> = fc.record({
  authority: fc.record({ ...facts, name, family: name, serialNumber: fc.constant('00'), state: fc.constantFrom('active' as const, 'retired' as const) }),
  certificates: fc.uniqueArray(fc.record({ ...facts, name, serialNumber: hex, names: fc.array(text), copy: name, side: fc.constantFrom('server' as const, 'client' as const) }), {
    selector: ({ serialNumber }) => serialNumber, maxLength: 4,
  }),
}).map(({ authority, certificates }) => ({
  layout: 'plain',
  authorities: [{ ...authority, issuer: authority.name, issues: ['server', 'client'] }],
  certificates: certificates.filter(({ serialNumber }) => serialNumber !== '00').map((certificate) => ({ ...certificate, state: 'current', issuer: authority.name })),
}));

test('every index is read as it was written', () => {
  fc.assert(fc.property(index, (written) => expect(parseIndex(formatIndex(written), 'index.yaml')).toEqual(written)), { numRuns: 200 });
});

test('no text makes the reader fail in itself', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (yaml) => {
    expect(() => parseIndex(yaml, 'index.yaml')).toThrow(/^the index `index.yaml` is damaged: /);
  }));
});
