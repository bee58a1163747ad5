import * as fc from 'fast-check';
import { HostPattern } from '../../src/model/host-pattern';
import { PathPattern } from '../../src/model/path-pattern';
import { checkedRule } from '../../src/resources/policy-rule-check';

const segment = fc.stringMatching(/^[A-Za-z0-9._~-]{1,8}$/).filter((text) => !/^\.{1,2}$/.test(text));
const literal = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`);
const pattern = fc.oneof(
  fc.tuple(fc.constantFrom(PathPattern.exact, PathPattern.tree, PathPattern.prefix), literal).map(([make, text]) => make(text)),
  fc.tuple(fc.array(fc.oneof(segment, fc.constant('{*}')), { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([segments, deep]) => PathPattern.template(`/${[...segments, deep ? '{**}' : '{*}'].join('/')}`)),
);
const host = fc.tuple(fc.boolean(), fc.array(fc.stringMatching(/^[a-z]([a-z0-9]{0,4}[a-z0-9])?$/), { minLength: 2, maxLength: 4 }))
  .map(([wild, labels]) => HostPattern.parse(`${wild ? '*.' : ''}${labels.join('.')}`));

test('whatAPathPatternSaysAPolicyTakes', () => {
  fc.assert(fc.property(pattern, (path) => {
    for (const paths of [path.allowValues(), path.denyValues()]) {
      expect(checkedRule({ to: [{ paths }] }).to![0].paths).toStrictEqual([...new Set(paths)].sort());
    }
  }));
});

test('whatAHostPatternSaysAPolicyTakes', () => {
  fc.assert(fc.property(host, fc.uniqueArray(fc.integer({ min: 1, max: 65535 })), (pattern_, ports) => {
    const hosts = pattern_.allowValues(ports);
    expect(checkedRule({ to: [{ hosts }] }).to![0].hosts).toStrictEqual([...hosts].sort());
  }));
});

test('checkingIsIdempotent', () => {
  fc.assert(fc.property(pattern, host, (path, at) => {
    const once = checkedRule({ to: [{ paths: path.allowValues(), hosts: at.allowValues([443]) }], when: [{ key: 'source.ip', notValues: ['10.0.0.0/8'] }] });
    expect(checkedRule(once)).toStrictEqual(once);
  }));
});
