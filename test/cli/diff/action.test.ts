import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { Program } from '../support/child';

interface Step { readonly name: string; readonly id?: string; readonly if?: string; readonly run: string; readonly env?: Record<string, string> }

const action = parse(readFileSync(resolve(__dirname, '../../../action.yml'), 'utf8')) as { readonly inputs: Record<string, { readonly default?: string }>; readonly runs: { readonly steps: readonly Step[] } };
const program = new Program();
const home = mkdtempSync(join(tmpdir(), 'action-'));
afterAll(() => rmSync(home, { recursive: true }));

const route = (paths: string, name = 'orders') => `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: ${name}, namespace: shop}
spec: {selector: {matchLabels: {app: orders}}, rules: [{to: [{operation: {paths: ["${paths}"]}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, name: http}]}
`;

/** A runner of GitHub with our command as `npx`, and a `gh` that writes down what it is asked, and knows one comment if told so. */
class Runner {
  public readonly directory = mkdtempSync(join(home, 'runner-'));
  private readonly outputs: Record<string, string> = {};

  public constructor(private readonly inputs: Record<string, string>, private readonly knownComment = '') {
    mkdirSync(join(this.directory, 'bin'));
    this.script('npx', `[ "$1" = --yes ] || exit 64; echo "$2" >> "${this.directory}/package"; shift 2; exec "${process.execPath}" "${program.main}" "$@"`);
    this.script('gh', 'printf "%s\\n" "$@" "" >> "$GH_LOG"; case "$*" in *--paginate*) echo "$KNOWN";; *body=@*) cat "${@##*=@}" > /dev/null 2>&1; for a in "$@"; do case "$a" in body=@*) cat "${a#body=@}" > "$GH_LOG.body";; esac; done;; esac');
  }

  /** Runs the steps as the runner does: in order, those whose condition holds, until one fails. Returns its status. */
  public run(): number {
    for (const step of action.runs.steps) {
      if (step.if !== undefined && !this.holds(step.if)) continue;
      const file = join(this.directory, 'output');
      writeFileSync(file, '');
      const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, this.expand(value)]));
      const { status } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
        cwd: this.directory,
        encoding: 'utf8',
        env: {
          PATH: `${join(this.directory, 'bin')}:${process.env.PATH}`, RUNNER_TEMP: this.directory, GITHUB_OUTPUT: file, GITHUB_STEP_SUMMARY: join(this.directory, 'summary'), GH_LOG: join(this.directory, 'gh'), KNOWN: this.knownComment, ...env,
        },
      });
      readFileSync(file, 'utf8').split('\n').filter(Boolean).forEach((line) => { this.outputs[line.split('=')[0]] = line.slice(line.indexOf('=') + 1); });
      if (status !== 0) return status ?? -1;
    }
    return 0;
  }

  public read(name: string): string {
    const path = join(this.directory, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  private script(name: string, text: string): void {
    const path = join(this.directory, 'bin', name);
    writeFileSync(path, `#!/usr/bin/env bash\n${text}\n`);
    chmodSync(path, 0o755);
  }

  private holds(condition: string): boolean {
    return condition.split(' && ').every((part) => {
      const [, left, operator, right] = /^(\S+) (==|!=) '(.*)'$/.exec(part)!;
      return (this.expand(`\${{ ${left} }}`) === right) === (operator === '==');
    });
  }

  private expand(text: string): string {
    return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
      const [context, ...rest] = expression.split('.');
      if (context === 'inputs') return this.inputs[rest[0]] ?? this.expand(action.inputs[rest[0]].default ?? '');
      if (context === 'steps') return this.outputs[rest[2]] ?? '';
      return { 'github.token': 'secret', 'github.repository': 'shop/mesh', 'github.event.pull_request.number': '7' }[expression] ?? '';
    });
  }
}

function runner(old: string, young: string, inputs: Record<string, string> = {}, known = ''): Runner {
  const made = new Runner({ old: 'old.yaml', new: 'new.yaml', ...inputs }, known);
  writeFileSync(join(made.directory, inputs.old ?? 'old.yaml'), old);
  writeFileSync(join(made.directory, inputs.new ?? 'new.yaml'), young);
  return made;
}

test('a pull request that lets more in gets a comment, and the job fails', () => {
  const made = runner(route('/reports'), route('/*'));
  expect(made.run()).toBe(1);
  expect(made.read('gh')).toMatch(/--method\nPOST\nrepos\/shop\/mesh\/issues\/7\/comments\n/);
  expect(made.read('gh.body')).toMatch(/^<!-- cdk8s-istio-security diff -->\n### Who gets in: /);
  expect(made.read('gh.body')).toContain('gains');
  expect(made.read('summary')).toBe(made.read('gh.body'));
  expect(made.read('package')).toBe('cdk8s-istio-security@latest\n');
});

test('a second run renews the comment of the first', () => {
  const made = runner(route('/reports'), route('/*'), {}, '4711');
  expect(made.run()).toBe(1);
  expect(made.read('gh')).toMatch(/--method\nPATCH\nrepos\/shop\/mesh\/issues\/comments\/4711\n/);
});

test.each([
  ['nothing changes', route('/*'), route('/*'), {}, 0],
  ['somebody only loses', route('/*'), route('/reports'), {}, 0],
  ['somebody loses, and any change is to fail', route('/*'), route('/reports'), { 'fail-on': 'any' }, 1],
  ['somebody gains, and nothing is to fail', route('/reports'), route('/*'), { 'fail-on': 'never' }, 0],
])('%s', (_, old, young, inputs, status) => {
  expect(runner(old, young, inputs).run()).toBe(status);
});

test('what cannot be read fails the job before anything is written', () => {
  const made = runner(route('/*'), 'a: [');
  expect(made.run()).toBe(3);
  expect([made.read('gh'), made.read('summary')]).toEqual(['', '']);
});

test('inputs are words and never script, and no comment is written where none is wanted', () => {
  const made = runner(route('/reports'), route('/*'), { old: '$(touch pwned) --x; `touch pwned`.yaml', comment: 'false', version: '1.0.0; touch pwned' });
  expect(made.run()).toBe(1);
  expect(made.read('package')).toBe('cdk8s-istio-security@1.0.0; touch pwned\n');
  expect([made.read('gh'), existsSync(join(made.directory, 'pwned'))]).toEqual(['', false]);
  expect(action.runs.steps.map(({ run }) => run).join('')).not.toContain('${{');
});

test('names from the manifests stay text in the comment', () => {
  const made = runner(route('/reports'), route('/*', "'@all</details><img src=x>'"));
  made.run();
  expect(made.read('gh.body')).not.toMatch(/<img|@all<\/details>/);
});

test('a report that is too long for a comment is cut, and stays whole in the summary', () => {
  const made = runner(route('/reports'), route(`/${'x'.repeat(40)}*`));
  made.run();
  const long = `${made.read('gh.body')}${'y'.repeat(70_000)}`;
  writeFileSync(join(made.directory, 'long.md'), long);
  const comment = action.runs.steps.find(({ name }) => name === 'comment')!;
  spawnSync('bash', ['-eo', 'pipefail', '-c', comment.run], { cwd: made.directory, env: { PATH: `${join(made.directory, 'bin')}:${process.env.PATH}`, GH_LOG: join(made.directory, 'gh'), KNOWN: '', REPOSITORY: 'a/b', PULL_REQUEST: '1', REPORT: join(made.directory, 'long.md') } });
  expect(made.read('gh.body').length).toBeLessThan(65_536);
  expect(made.read('gh.body')).toContain('too long for a comment');
});
