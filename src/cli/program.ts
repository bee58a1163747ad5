import { Command, CommanderError } from 'commander';
import { addAttack } from './attack/attack-command';
import { addCheck } from './check/check';
import { addDiff } from './diff/diff-command';
import { ExitStatus, Stop } from './exit-status';
import { addExplain } from './explain/explain';
import { addLint } from './lint/lint-command';
import { addMatrix } from './matrix/matrix-command';
import { addMigrate } from './migrate/migrate-command';
import { addPki } from './pki/pki-command';
import { Run } from './run';
import { Terminal, printable } from './terminal';

const NAME = 'cdk8s-istio-security';
const STATUSES = `
Exit status: 0 fine, 1 findings, 2 wrong use, 3 an input cannot be read, 4 the result cannot be written (nothing has changed).`;

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
  [addAttack, addCheck, addDiff, addExplain, addLint, addMatrix, addMigrate, addPki].forEach((add) => add(program, run));
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
