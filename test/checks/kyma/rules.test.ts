import { apiRule, findings, gateway, jwt, mutual, noAuth, otherJwt, rule, simple } from './support';

interface Row {
  readonly name: string;
  readonly documents: any[];
  /** The field of each finding. */
  readonly fields: string[];
}

const secret = rule('/anything/secret', jwt);
const everything = rule('/anything/{**}', noAuth);

describe('MTLS047: APIRules of version v1beta1', () => {
  test.each<Row>([
    { name: 'v1beta1 fires', documents: [apiRule([], {}, {}, 'v1beta1')], fields: ['apiVersion'] },
    { name: 'v2 and v2alpha1 do not', documents: [apiRule([rule('/*', noAuth)]), apiRule([rule('/*', noAuth)], { hosts: ['b.d.test'] }, { name: 'b' }, 'v2alpha1')], fields: [] },
    { name: 'an APIRule of another group does not', documents: [{ ...apiRule([]), apiVersion: 'example.com/v1beta1' }], fields: [] },
  ])('$name', ({ documents, fields }) => expect(findings('MTLS047', ...documents).map(({ path }) => path)).toEqual(fields));

  test('the cure names the command', () => {
    expect(findings('MTLS047', apiRule([], {}, {}, 'v1beta1'))).toEqual([{
      object: 'APIRule shop/orders',
      path: 'apiVersion',
      text: 'APIRule `shop/orders` is of version `v1beta1`: Kyma refuses it, and nothing is exposed; '
        + 'put version `v2` in its place: `npx cdk8s-istio-security migrate-apirule <manifests> --out v2.yaml` writes it and says what changes for callers',
    }]);
  });

  test('where it is there in version v2 already, the old one is to be deleted', () => {
    expect(findings('MTLS047', apiRule([], {}, {}, 'v1beta1'), apiRule([rule('/*', noAuth)]))[0].text).toMatch(/; delete it: the same APIRule is among the manifests in a newer version$/);
    expect(findings('MTLS047', apiRule([], {}, {}, 'v1beta1'), apiRule([rule('/*', noAuth)], {}, { name: 'other' }))[0].text).toContain('migrate-apirule');
  });
});

describe('MTLS080: a repeated path loses the exclusion of what stands between', () => {
  test.each<Row>([
    { name: 'the path first stands with another method', documents: [apiRule([rule('/anything/{**}', jwt, ['POST']), secret, everything])], fields: ['spec.rules.2.path'] },
    { name: 'each protected path between is told', documents: [apiRule([rule('/anything/{**}', jwt, ['POST']), secret, rule('/anything/other', jwt), everything])], fields: ['spec.rules.3.path', 'spec.rules.3.path'] },
    { name: 'the weaker rule wants another token', documents: [apiRule([rule('/anything/{**}', jwt, ['POST']), secret, rule('/anything/{**}', otherJwt)])], fields: ['spec.rules.2.path'] },
    { name: 'silent: nothing is repeated', documents: [apiRule([secret, everything])], fields: [] },
    { name: 'silent: what is protected stands before the repeated path', documents: [apiRule([secret, rule('/anything/{**}', jwt, ['POST']), everything])], fields: [] },
    { name: 'silent: the repeated path is that of the whole site', documents: [apiRule([rule('/*', jwt, ['POST']), secret, rule('/*', noAuth)])], fields: [] },
    { name: 'silent: what stands between is of another method', documents: [apiRule([rule('/anything/{**}', jwt, ['POST']), rule('/anything/secret', jwt, ['PUT']), everything])], fields: [] },
    { name: 'silent: what stands between is elsewhere', documents: [apiRule([rule('/anything/{**}', jwt, ['POST']), rule('/secret', jwt), everything])], fields: [] },
    { name: 'silent: what stands between is open too', documents: [apiRule([rule('/anything/{**}', jwt, ['POST']), rule('/anything/secret', noAuth), everything])], fields: [] },
    { name: 'silent: both ask for the same token', documents: [apiRule([rule('/anything/{**}', noAuth, ['POST']), secret, rule('/anything/{**}', jwt)])], fields: [] },
    { name: 'silent: what stands between is open, and the weaker rule asks for a token', documents: [apiRule([rule('/anything/{**}', noAuth, ['POST']), rule('/anything/open', noAuth), rule('/anything/{**}', jwt)])], fields: [] },
  ])('$name', ({ documents, fields }) => expect(findings('MTLS080', ...documents).map(({ path }) => path)).toEqual(fields));

  test('the finding names the three rules', () => {
    expect(findings('MTLS080', apiRule([rule('/anything/{**}', jwt, ['POST']), secret, everything]))[0].text).toBe(
      'rule 3 (GET `/anything/{**}`, noAuth) of APIRule `shop/orders` repeats the path of rule 1, and so its policy does not leave out `/anything/secret` of rule 2 (jwt): '
      + 'callers of `/anything/secret` need only what rule 3 asks for; spell the path differently in one of them, or put rule 3\'s methods into rule 1 where both ask for the same');
    expect(findings('MTLS080', apiRule([rule('/first', jwt), rule('/anything/{**}', jwt, ['POST']), secret, everything]))[0].text).toContain('repeats the path of rule 2, ');
    expect(findings('MTLS080', apiRule([rule('/anything/{**}', jwt, ['POST', 'PUT']), secret, rule('/anything/{**}', noAuth, ['GET', 'HEAD'])]))[0].text).toMatch(/^rule 3 \(GET, HEAD `/);
  });
});

describe('MTLS081: the root path is never left out of later rules', () => {
  test.each<Row>([
    { name: '`/` with a token before `/{**}` without', documents: [apiRule([rule('/', jwt), rule('/{**}', noAuth)])], fields: ['spec.rules.0.path'] },
    { name: '`/` before `/*`', documents: [apiRule([rule('/', jwt), rule('/*', noAuth)])], fields: ['spec.rules.0.path'] },
    { name: '`/` with another token', documents: [apiRule([rule('/', jwt), rule('/*', otherJwt)])], fields: ['spec.rules.0.path'] },
    { name: 'silent: both ask for the same', documents: [apiRule([rule('/', jwt), rule('/*', jwt)])], fields: [] },
    { name: 'silent: the root is open', documents: [apiRule([rule('/', noAuth), rule('/*', jwt)])], fields: [] },
    { name: 'silent: other methods', documents: [apiRule([rule('/', jwt), rule('/*', noAuth, ['POST'])])], fields: [] },
    { name: 'silent: the later rule does not cover the root', documents: [apiRule([rule('/', jwt), rule('/a/{**}', noAuth)])], fields: [] },
    { name: 'silent: another path is protected', documents: [apiRule([rule('/a', jwt), rule('/{**}', noAuth)])], fields: [] },
  ])('$name', ({ documents, fields }) => expect(findings('MTLS081', ...documents).map(({ path }) => path)).toEqual(fields));

  test('the finding names both rules', () => {
    expect(findings('MTLS081', apiRule([rule('/', jwt), rule('/{**}', noAuth)]))[0].text).toBe(
      'rule 1 (GET `/`, jwt) of APIRule `shop/orders` protects a path that rule 2 (`/{**}`, noAuth) covers as well: '
      + 'Kyma never leaves `/` out of a later rule, so it is open to whoever rule 2 admits; protect `/{**}` too, or name the open paths in rule 2 one by one');
  });
});

describe('MTLS090: an exact path is protected and its spellings are open', () => {
  test.each<Row>([
    { name: 'before `/{**}`', documents: [apiRule([rule('/headers', jwt), rule('/{**}', noAuth)])], fields: ['spec.rules.0.path'] },
    { name: 'before `/*`', documents: [apiRule([rule('/headers', jwt), rule('/*', noAuth)])], fields: ['spec.rules.0.path'] },
    { name: 'before a pattern of one segment', documents: [apiRule([rule('/a/b', jwt), rule('/a/{*}', noAuth)])], fields: ['spec.rules.0.path'] },
    { name: 'silent: the open rule is elsewhere', documents: [apiRule([rule('/headers', jwt), rule('/public/{**}', noAuth)])], fields: [] },
    { name: 'silent: the protected path is a pattern', documents: [apiRule([rule('/headers/{**}', jwt), rule('/{**}', noAuth)])], fields: [] },
    { name: 'silent: the open rule leads to another Service', documents: [apiRule([rule('/headers', jwt), rule('/*', noAuth, ['GET'], { service: { name: 'other', port: 80 } })])], fields: [] },
    { name: 'silent: open first, then protected', documents: [apiRule([rule('/public', noAuth), rule('/*', jwt)])], fields: [] },
    { name: 'silent: both are open', documents: [apiRule([rule('/public', noAuth), rule('/{**}', noAuth)])], fields: [] },
    { name: 'silent: a spelling of it is open on purpose, before it', documents: [apiRule([rule('/headers;x', noAuth), rule('/headers', jwt)])], fields: [] },
  ])('$name', ({ documents, fields }) => expect(findings('MTLS090', ...documents).map(({ path }) => path)).toEqual(fields));
});

describe('MTLS088: characters of a regular expression in a path', () => {
  test.each<[string, string[]]>([
    ['/a+b', ['spec.rules.0.path']], ['/a(b)', ['spec.rules.0.path']], ['/a$', ['spec.rules.0.path']], ['/a.b', []], ['/a/{*}/b', []], ['/{**}', []], ['/*', []],
  ])('%s', (path, fields) => expect(findings('MTLS088', apiRule([rule(path, noAuth)])).map((found) => found.path)).toEqual(fields));
});

describe('MTLS098: names that are no label values', () => {
  test.each<[number, string[]]>([[63, []], [64, ['metadata.name']]])('%d characters', (length, fields) => {
    expect(findings('MTLS098', apiRule([rule('/*', noAuth)], {}, { name: 'a'.repeat(length) })).map(({ path }) => path)).toEqual(fields);
  });
});

describe('MTLS099: APIRules that Kyma does not process', () => {
  test.each<Row & { says?: string }>([
    { name: 'a rule that an earlier one covers', documents: [apiRule([rule('/*', noAuth), rule('/a', jwt)])], fields: ['spec'], says: 'conflicts with the earlier' },
    { name: 'two handlers', documents: [apiRule([{ ...rule('/*', noAuth), ...jwt }])], fields: ['spec'], says: 'exactly one of noAuth, jwt, extAuth' },
    { name: 'no rules', documents: [apiRule([])], fields: ['spec'], says: '`spec.rules` is empty' },
    { name: 'silent: v1beta1 is MTLS047\'s', documents: [apiRule([], {}, {}, 'v1beta1')], fields: [] },
    { name: 'silent: a short host whose Gateway is not among the manifests', documents: [apiRule([rule('/*', noAuth)], { hosts: ['short'] })], fields: [] },
    { name: 'a short host, whose Gateway is among the manifests', documents: [gateway([mutual]), gateway([simple], 'other'), apiRule([], { hosts: ['short'] })], fields: ['spec'], says: '`spec.rules` is empty' },
    { name: 'no host', documents: [apiRule([rule('/*', noAuth)], { hosts: [] })], fields: ['spec'] },
    { name: 'silent: a short host and no Gateway', documents: [apiRule([rule('/*', noAuth)], { hosts: ['short'], gateway: undefined })], fields: [] },
    { name: 'silent: a good one', documents: [apiRule([rule('/*', noAuth)])], fields: [] },
  ])('$name', ({ documents, fields, says }) => {
    const found = findings('MTLS099', ...documents);
    expect(found.map(({ path }) => path)).toEqual(fields);
    if (says !== undefined) expect(found[0].text).toContain(says);
  });
});
