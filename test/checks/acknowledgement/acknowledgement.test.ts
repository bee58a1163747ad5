import { CATALOGUE, CheckContext, Finding, runChecks } from '../../../src/checks';
import { Acknowledgement, isAbout, judge, problemOf } from '../../../src/checks/acknowledgement/acknowledgement';
import { annotatedAcknowledgements } from '../../../src/checks/acknowledgement/annotation';
import { MeshProfile } from '../../../src/model/mesh-profile';
import { object, policy } from '../support';

const KNOWN = ['MTLS030', 'MTLS101', 'MTLS103'];
const [first, second] = CATALOGUE;
const contextOf = (...documents: object[]) => new CheckContext(documents, { mesh: MeshProfile.KYMA });
const [a, b] = contextOf(object('v1', 'ConfigMap', 'x', 'a', {}), object('v1', 'ConfigMap', 'x', 'b', {})).objects;
const report = (of: Finding['object'], check = first) => ({ object: of, path: ['spec'], message: 'm', effect: 'e', cure: 'c', check, severity: check.severity });
const acknowledgement = (id: string, covers: Acknowledgement['covers'] = () => true): Acknowledgement => ({ id, reason: 'r', origin: 'o', covers });

describe('what an acknowledgement lacks', () => {
  test.each<[string, unknown, unknown, string | undefined]>([
    ['nothing', 'MTLS030', 'public on purpose', undefined],
    ['nothing: a reason in another script', 'MTLS030', '公開', undefined],
    ['nothing: a ticket number', 'MTLS030', '4711', undefined],
    ['a check', 'MTLS999', 'why', 'there is no check `MTLS999`'],
    ['a check: a number', 30, 'why', 'there is no check `30`'],
    ['a check that can be acknowledged', 'MTLS103', 'why', '`MTLS103` cannot be acknowledged'],
    ['a reason', 'MTLS030', undefined, 'the acknowledgement of `MTLS030` has no reason'],
    ['a reason: blanks and signs', 'MTLS030', ' -- … ', 'the acknowledgement of `MTLS030` has no reason'],
    ['a reason: not a text', 'MTLS030', true, 'the acknowledgement of `MTLS030` has no reason'],
  ])('%s: %s', (_name, id, reason, problem) => {
    expect(problemOf(id, reason, KNOWN)).toBe(problem);
  });
});

describe('what is left after acknowledgements', () => {
  test('a finding of the check that is covered is acknowledged, by the first that does; all that do are used', () => {
    const [one, two] = [acknowledgement(first.id), acknowledgement(first.id)];
    expect(judge([report(a)], [one, two])).toEqual({ open: [], acknowledged: [{ report: report(a), acknowledgement: one }], unused: [] });
  });

  test.each<[string, Acknowledgement]>([
    ['of another check', acknowledgement(second.id)],
    ['of another object', acknowledgement(first.id, ({ object: of }) => of === b)],
  ])('one %s covers nothing, and is told to be unused', (_name, other) => {
    expect(judge([report(a)], [other])).toEqual({ open: [report(a)], acknowledged: [], unused: [other] });
  });
});

describe('annotations', () => {
  const annotated = (annotations: unknown, name = 'a') => ({ ...policy('AuthorizationPolicy', name, {}), metadata: { namespace: 'default', name, annotations } });
  const read = (...documents: object[]) => annotatedAcknowledgements(contextOf(...documents).objects, KNOWN);
  const key = (id: string) => `acknowledge.cdk8s-istio-security/${id}`;

  test('acknowledge findings on their object, and tell where they stand', () => {
    const [found, ...more] = read(annotated({ [key('MTLS030')]: '  public on purpose\n', other: 'x' }), annotated({}, 'b'));
    expect([found.id, found.reason, found.origin, more]).toEqual(['MTLS030', 'public on purpose', 'annotation of AuthorizationPolicy `default/a`', []]);
    expect([a, b].map((of) => found.covers(report(of)))).toEqual([true, false]);
  });

  test.each<[string, unknown]>([
    ['without a reason', { [key('MTLS030')]: '' }],
    ['of an unknown check', { [key('MTLS999')]: 'why' }],
    ['of the check of acknowledgements', { [key('MTLS103')]: 'why' }],
    ['under another prefix', { 'x/acknowledge.cdk8s-istio-security/MTLS030': 'why', 'MTLS030': 'why' }],
    ['in a list', [key('MTLS030')]],
    ['as a text', key('MTLS030')],
  ])('%s acknowledge nothing', (_name, annotations) => {
    expect(read(annotated(annotations))).toEqual([]);
  });

  test('the wrong ones are findings of MTLS103, one for each, at the annotation', () => {
    const context = contextOf(annotated({ [key('MTLS999')]: 'why', [key('MTLS030')]: '', [key('MTLS031')]: 'good' }));
    const check = CATALOGUE.find(({ id }) => id === 'MTLS103')!;
    expect(runChecks(context, [check]).map(({ path, message, effect, cure, severity }) => ({ path, message, effect, cure, severity }))).toEqual([
      {
        path: ['metadata', 'annotations', key('MTLS999')],
        message: `there is no check \`MTLS999\`: annotation \`${key('MTLS999')}\` of AuthorizationPolicy \`default/a\``,
        effect: 'nothing is acknowledged by it',
        cure: 'write `acknowledge.cdk8s-istio-security/<id>: <why the finding may stand>`, or remove it',
        severity: 'error',
      },
      expect.objectContaining({ path: ['metadata', 'annotations', key('MTLS030')], message: expect.stringContaining('the acknowledgement of `MTLS030` has no reason: annotation ') }),
    ]);
  });

  test('cover what Kyma makes of their object', () => {
    expect(isAbout(report({ ...b, index: -1, origin: a }), a)).toBe(true);
    expect(isAbout(report({ ...b, origin: b }), a)).toBe(false);
  });
});
