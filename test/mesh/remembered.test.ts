import { remembered, rememberedOf } from '../../src/mesh/remembered';

describe('what a function of one text came to', () => {
  const counting = () => {
    const asked: string[] = [];
    return { asked, of: remembered((text) => { asked.push(text); return text === 'nothing' ? undefined : text.toUpperCase(); }) };
  };

  test('is computed once for each text, also where it is nothing', () => {
    const { asked, of } = counting();
    expect(['a', 'b', 'a', 'nothing', 'nothing', '__proto__'].map(of)).toEqual(['A', 'B', 'A', undefined, undefined, '__PROTO__']);
    expect(asked).toEqual(['a', 'b', 'nothing', '__proto__']);
  });

  test('is kept for 5,000 texts, and then for none of them: memory stays bounded', () => {
    const { asked, of } = counting();
    const texts = [...Array(5000).keys()].map((number) => `t${number}`);
    texts.forEach(of);
    expect(['t0', 't4999'].map(of)).toEqual(['T0', 'T4999']);
    expect(asked).toHaveLength(5000);
    of('one more');
    of('t4999');
    expect(asked.slice(5000)).toEqual(['one more', 't4999']);
  });
});

test('what a function of one object came to is computed once for each object, also where it is nothing', () => {
  const asked: object[] = [];
  const [one, other] = [{ name: 'one' }, { name: 'one' }];
  const of = rememberedOf((item: { readonly name: string }) => { asked.push(item); return item === other ? undefined : item.name; });
  expect([one, other, one, other].map(of)).toEqual(['one', undefined, 'one', undefined]);
  expect(asked).toEqual([one, other]);
});
