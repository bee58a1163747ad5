import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifests } from '../../../src/cli/manifests/read-manifests';
import { Region, Source } from '../../../src/cli/manifests/source';
import { temporaryDirectory } from '../support/run';

const file = join(temporaryDirectory(), 'm.yaml');
const TEXT = `# gateway
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, labels: &labels { app: edge } }
spec:
  selector: *labels
  servers:
  - port: { number: 443, protocol: HTTPS }
    tls:
      mode: "SIMPLE"
      empty:
      text: |
        one
        two
    hosts:
    - a.example.com
    - 'b.example.com'
`;

function locate(path: (string | number)[], text = TEXT, index = 0): Region {
  writeFileSync(file, text);
  return readManifests([file], undefined as never).origins[index].locate(path);
}

const marked = ({ start, end }: Region, text = TEXT) => {
  const lines = text.split('\n');
  return start.line === end.line ? `${start.line}: ${lines[start.line - 1].slice(start.column - 1, end.column - 1)}` : `${start.line} to ${end.line}`;
};

test.each([
  [[], '2: apiVersion'],
  [['spec'], '5: spec'],
  [['spec', 'servers'], '7: servers'],
  [['spec', 'servers', 0], '8: port'],
  [['spec', 'servers', 0, 'port'], '8: port'],
  [['spec', 'servers', 0, 'port', 'number'], '8: 443'],
  [['spec', 'servers', 0, 'tls', 'mode'], '10: "SIMPLE"'],
  [['spec', 'servers', 0, 'tls', 'empty'], '11: empty'],
  [['spec', 'servers', 0, 'tls', 'text'], '12 to 15'],
  [['spec', 'servers', 0, 'hosts', 1], '17: \'b.example.com\''],
  [['spec', 'selector'], '6: selector'],
  [['spec', 'selector', 'app'], '4: edge'],
  [['spec', 'servers', 0, 'tls', 'absent'], '9: tls'],
  [['spec', 'servers', 7, 'tls'], '7: servers'],
  [['absent', 'spec'], '2: apiVersion'],
])('%j stands in %s', (path, expected) => {
  expect(marked(locate(path))).toBe(expected);
});

test('inside a list, and behind other documents', () => {
  const text = 'a: &x 1\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: A\n  metadata: { name: a }\n---\napiVersion: v1\nkind: B\nmetadata:\n  name: b\n';
  expect(marked(locate(['metadata', 'name'], text, 0), text)).toBe('7: a');
  expect(marked(locate(['metadata', 'name'], text, 1), text)).toBe('12: b');
});

test('lines are those of the text, whatever ends them', () => {
  const source = new Source('x', 'one\r\ntwo\nthree');
  expect(source.lines(1, 2)).toEqual(['one', 'two']);
  expect(source.lines(2, 9)).toEqual(['two', 'three']);
  expect(source.lines(0, 1)).toEqual(['one']);
  expect(source.lines(4, 5)).toEqual([]);
  expect(source.lines(3, 2)).toEqual([]);
  expect(source.region(5, 8)).toEqual({ file: 'x', start: { line: 2, column: 1 }, end: { line: 2, column: 4 } });
  expect(source.region(99, 0)).toEqual({ file: 'x', start: { line: 3, column: 6 }, end: { line: 3, column: 6 } });
});
