import { Command, CommanderError } from 'commander';
import { ExitStatus, Stop } from './exit-status';
import { Run } from './run';
import { Terminal, printable } from './terminal';

const NAME = 'cdk8s-istio-security';
const STATUSES = `
Exit status: 0 fine, 1 findings, 2 wrong use, 3 an input cannot be read, 4 the result cannot be written (nothing has changed).`;

type Add = (program: Command, run: Run) => void;

/** The subcommands. Each is loaded when it is meant: they have little in common, and all together take twice as long to load. */
/* eslint-disable @typescript-eslint/no-require-imports */
const SUBCOMMANDS: ReadonlyMap<string, () => Add> = new Map<string, () => Add>([
  ['attack', () => (require('./attack/attack-command') as typeof import('./attack/attack-command')).addAttack],
  ['check', () => (require('./check/check') as typeof import('./check/check')).addCheck],
  ['diff', () => (require('./diff/diff-command') as typeof import('./diff/diff-command')).addDiff],
  ['explain', () => (require('./explain/explain') as typeof import('./explain/explain')).addExplain],
  ['lint', () => (require('./lint/lint-command') as typeof import('./lint/lint-command')).addLint],
  ['matrix', () => (require('./matrix/matrix-command') as typeof import('./matrix/matrix-command')).addMatrix],
  ['migrate-apirule', () => (require('./migrate/migrate-command') as typeof import('./migrate/migrate-command')).addMigrate],
  ['pki', () => (require('./pki/pki-command') as typeof import('./pki/pki-command')).addPki],
]);
/* eslint-enable @typescript-eslint/no-require-imports */

/** Runs the command with some arguments, and says with which exit status it ends. Never throws. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  let status: ExitStatus = ExitStatus.FINE;
  const program = new Command(NAME)
    .description('mutual-TLS gateways and identity policies for Istio and Kyma')
    .exitOverride()
    .configureOutput({ writeOut: terminal.write, writeErr: (text) => terminal.note(printable(text)) })
    .showHelpAfterError('(--help tells how it is used)')
    .addHelpText('afterAll', STATUSES);
  const run: Run = { terminal, end: (end) => { status = end; } };
  const meant = SUBCOMMANDS.get(args[0]);
  for (const load of meant === undefined ? SUBCOMMANDS.values() : [meant]) load()(program, run);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return status;
  } catch (error) {
    return failed(error, terminal);
  }
}

function failed(error: unknown, terminal: Terminal): ExitStatus {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? ExitStatus.FINE : ExitStatus.WRONG_USE;
  }
  if (error instanceof Stop) {
    terminal.note(`error: ${printable(error.message)}\n`);
    return error.status;
  }
  const text = error instanceof Error ? error.message : String(error);
  terminal.note(`error: ${printable(text)}\nThis is a mistake in the command: please report what you did and this message.\n`);
  return ExitStatus.INTERNAL;
}
