/**
 * `npm run checks-table`: writes docs/checks/README.md, the table of all checks, from the catalogue and the cases.
 * A test fails when it is out of date, and when a check has no case.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE, Check, runChecks } from '../src/checks';
import { CheckCase, contextOf, readCases } from '../test/checks/cases';

const FILE = join(__dirname, '..', 'docs', 'checks', 'README.md');
const INTRODUCTION = `# Checks

Every check has an id that is never used for anything else, a severity, and an effect: what happens at run time where nobody reacts.
An **error** stops \`app.synth()\` and makes \`lint\` end with 1; a **warning** is shown.

| Effect | What happens |
|---|---|
| open | somebody gets in who should not |
| outage | somebody who should get in does not, or a proxy or the control plane stops |
| ignored | something is configured and changes nothing |
| refused | the API server or an operator does not take the object |

*Fires*: the check finds the broken manifests of its case. *Silent*: it finds nothing in the repaired ones, and no other check an error. *Shown*: the
[conformance rig](../../conformance/README.md) sends requests to both, on a real API server, istiod and Envoy, and they are answered as the case says.
*Operator played*: the rig makes the objects that Kyma's operator was seen to make of an APIRule or ExternalGateway, and refuses what it was seen to refuse; what follows from them
is shown on istiod and Envoy, that the operator does so is not. A version: shown with that one, for others have not the field, have the fix, or do otherwise.

`;
const COLUMNS = new Map([['1.30', 'Istio 1.30'], ['next', 'Istio 1.32'], ['old-envoy', 'Envoy 1.36.4']]);

/** The text of docs/checks/README.md. */
export function checkTable(): string {
  const cases = new Map(readCases().map((one) => [one.id, one]));
  const rows = CATALOGUE.map((check) => row(check, cases.get(check.id)));
  const exceptions = [...cases.values()].filter(({ notShown }) => notShown !== undefined).map(({ id, notShown }) => `- [${id}](${id}.md): ${notShown}`);
  const end = exceptions.length > 0 ? `\nNot shown on the rig, and why:\n\n${exceptions.join('\n')}\n` : '';
  return `${INTRODUCTION}| Check | What it finds | Severity | Effect | Fires | Silent | Shown |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n${end}`;
}

function row(check: Check, one: CheckCase | undefined): string {
  const of = (kind: string) => (one?.steps ?? []).filter((step) => step.kind === kind);
  const found = (documents: readonly unknown[]) => runChecks(contextOf(documents, one?.settings), [check]).length;
  const yes = (values: readonly boolean[]) => (values.length > 0 && values.every(Boolean) ? 'yes' : 'NO');
  const conditions = [...(one?.operatorPlayed ? ['operator played'] : []), ...(one?.column === undefined ? [] : [COLUMNS.get(one.column) ?? one.column])];
  const shown = one?.notShown === undefined ? [yes((one?.steps ?? []).map((step) => step.shown)), ...conditions].join(', ') : 'no, argued';
  const cells = [
    `[${check.id}](${check.id}.md)`,
    check.title.replace(/\|/g, '\\|'),
    check.severity,
    check.effect,
    yes(of('broken').map(({ documents }) => found(documents) > 0)),
    yes(of('repaired').map(({ documents }) => found(documents) === 0)),
    shown,
  ];
  return `| ${cells.join(' | ')} |`;
}

if (require.main === module) writeFileSync(FILE, checkTable());
