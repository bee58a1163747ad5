import { createHash } from 'node:crypto';
import { relative, sep } from 'node:path';
import { LintResult, Placed, PlacedAcknowledgement } from './lint-result';
import { Acknowledgement, CATALOGUE, Effect, pageOf, pointer, Severity } from '../../checks';
import { describeObject } from '../../mesh/kube-object';
import { Region } from '../manifests/source';
import { Terminal } from '../terminal';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const REPOSITORY = 'https://github.com/cdk8s-istio-security/cdk8s-istio-security';
// GitHub sorts alerts of the tag `security` by this number: 9 and more is critical, 7 high, 4 medium.
const SECURITY_SEVERITY: Record<Effect, string> = { [Effect.OPEN]: '8.5', [Effect.OUTAGE]: '5.5', [Effect.IGNORED]: '6.5', [Effect.REFUSED]: '3.0' };

/** GitHub refuses a run with more results (code scanning, limits on SARIF results). */
const MOST_RESULTS = 25_000;

/** Writes what `lint` came to as SARIF 2.1.0 (OASIS), in the form that GitHub code scanning takes. */
export function sarifReport(terminal: Terminal, { findings, acknowledged, unused }: LintResult): void {
  const fingerprint = fingerprints();
  const results = [...findings, ...acknowledged].map((placed) => result(placed, fingerprint(placed)));
  const kept = mostSevere(results);
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: 'cdk8s-istio-security', informationUri: REPOSITORY, rules: CATALOGUE.map(rule) } },
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { SRCROOT: { description: { text: 'the working directory of lint' } } },
      invocations: [{
        executionSuccessful: true,
        toolExecutionNotifications: [...unused.map(notification), ...leftOut(results.length - kept.length)],
      }],
      results: kept,
    }],
  };
  terminal.write(`${JSON.stringify(log, undefined, 2)}\n`);
}

interface Result {
  readonly level: string;
  readonly suppressions?: readonly unknown[];
}

/** As many results as GitHub takes, in their order: errors before warnings, what is acknowledged last. */
function mostSevere<T extends Result>(results: readonly T[]): readonly T[] {
  if (results.length <= MOST_RESULTS) return results;
  const weight = ({ level: severity, suppressions }: Result) => (suppressions !== undefined ? 2 : severity === 'error' ? 0 : 1);
  const kept = new Set([...results].sort((a, b) => weight(a) - weight(b)).slice(0, MOST_RESULTS));
  return results.filter((one) => kept.has(one));
}

function leftOut(amount: number) {
  return amount === 0 ? [] : [{ level: 'warning', message: { text: `${amount} more findings are left out: GitHub takes ${MOST_RESULTS} of a run. \`--format json\` has them all.` } }];
}

function rule(check: typeof CATALOGUE[number]) {
  return {
    id: check.id,
    name: check.title.replace(/[^A-Za-z0-9]+(.)?/g, (_match, letter: string | undefined) => (letter ?? '').toUpperCase()),
    shortDescription: { text: sentence(check.title) },
    fullDescription: { text: `${sentence(check.title)} Effect: ${check.effect}.` },
    helpUri: pageOf(check),
    help: { text: `See ${pageOf(check)}`, markdown: `[${check.id}](${pageOf(check)})` },
    defaultConfiguration: { level: level(check.severity) },
    properties: { 'tags': ['security', 'istio', check.effect], 'precision': 'high', 'security-severity': SECURITY_SEVERITY[check.effect] },
  };
}

function result(placed: Placed | PlacedAcknowledgement, fingerprint: string) {
  const { report: { check, severity, message, effect, cure, object, path, patch }, region } = placed;
  return {
    ruleId: check.id,
    ruleIndex: CATALOGUE.indexOf(check),
    level: level(severity),
    message: { text: `${sentence(message)} ${sentence(effect)} Cure: ${cure}.` },
    locations: [{ ...location(region), logicalLocations: [{ fullyQualifiedName: `${describeObject(object).replace(/`/g, '')} ${pointer(path)}`, kind: 'member' }] }],
    partialFingerprints: { 'finding/v1': fingerprint },
    // A JSON patch (RFC 6902): SARIF's own fixes replace text, and --fix writes the objects anew.
    ...patch === undefined ? {} : { properties: { patch } },
    ...'acknowledgement' in placed ? { suppressions: [suppression(placed.acknowledgement)] } : {},
  };
}

function suppression({ origin, reason }: Acknowledgement) {
  return { kind: origin.startsWith('annotation') ? 'inSource' : 'external', status: 'accepted', justification: reason };
}

function location({ file, start, end }: Region) {
  return {
    physicalLocation: {
      artifactLocation: file === '-' ? { uri: 'stdin' } : { uri: uriOf(file), uriBaseId: 'SRCROOT' },
      region: {
        startLine: start.line,
        startColumn: start.column,
        endLine: end.line,
        endColumn: end.line === start.line ? Math.max(end.column, start.column + 1) : end.column,
      },
    },
  };
}

// Relative to the working directory, which in a workflow is the root of the repository.
function uriOf(file: string): string {
  return relative(process.cwd(), file).split(sep).map(encodeURIComponent).join('/');
}

/** What stays the same when lines are added above: check, object, field; the second finding of the same kind gets another. */
function fingerprints(): (placed: Placed) => string {
  const seen = new Map<string, number>();
  return ({ report: { check, object, path }, region }) => {
    const key = JSON.stringify([check.id, region.file === '-' ? '-' : uriOf(region.file), object.group, object.kind, object.namespace, object.name, pointer(path)]);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return createHash('sha256').update(`${key} ${number}`).digest('hex').slice(0, 32);
  };
}

function notification({ id, origin, reason }: Acknowledgement) {
  return { level: 'warning', message: { text: `The acknowledgement of ${id} in ${origin} matches nothing: ${reason}` }, associatedRule: { id } };
}

function level(severity: Severity): 'error' | 'warning' {
  return severity === Severity.ERROR ? 'error' : 'warning';
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
