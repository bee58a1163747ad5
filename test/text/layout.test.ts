import { labelled } from '../../src/text/layout';

describe('a row with a label', () => {
  test.each<[string, string, string]>([
    ['short', 'cure', '  cure        write it'],
    ['one short of the column', 'a'.repeat(11), `  ${'a'.repeat(11)} write it`],
    ['as long as the column', 'a'.repeat(12), `  ${'a'.repeat(12)}\n              write it`],
    ['longer', 'a'.repeat(60), `  ${'a'.repeat(60)}\n              write it`],
  ])('%s', (_name, label, row) => {
    expect(labelled(label, 'write it')).toBe(row);
  });

  test('the text is wrapped in its column', () => {
    expect(labelled('cure', `${'word '.repeat(20)}end`).split('\n')).toEqual([`  cure        ${'word '.repeat(17).trim()}`, `                ${'word '.repeat(3)}end`]);
  });
});
