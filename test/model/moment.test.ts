import { formatMoment, parseMoment } from '../../src/model/moment';

test.each([
  ['2030-01-31', '2030-01-31T00:00:00Z'],
  ['2030-01-31T12:00Z', '2030-01-31T12:00:00Z'],
  ['2030-01-31T12:00:01Z', '2030-01-31T12:00:01Z'],
  ['2030-01-31T12:00:01.999Z', '2030-01-31T12:00:01Z'],
  ['2030-01-31T23:00:00-02:00', '2030-02-01T01:00:00Z'],
  ['2028-02-29', '2028-02-29T00:00:00Z'],
])('%s', (text, expected) => {
  expect(formatMoment(parseMoment(text))).toBe(expected);
});

test.each(['', 'today', '2030', '2030-01', '31.01.2030', '2030-02-30', '2030-13-01', '2030-00-01', '2030-01-00', '2030-01-31T12:00:00', '2030-01-31T25:00:00Z',
  '2030-01-31 12:00:00Z', ' 2030-01-31', '2029-02-29', '+002030-01-31'])('`%s` is refused', (text) => {
  expect(() => parseMoment(text)).toThrow(new Error(`invalid date \`${text}\`: expected ISO 8601 such as \`2030-01-31\` or \`2030-01-31T12:00:00Z\``));
});

test.each([undefined, null, 1893456000000, new Date(0)])('%p is refused', (value) => {
  expect(() => parseMoment(value)).toThrow(`invalid date \`${String(value)}\``);
});
