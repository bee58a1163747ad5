import { contextOf } from './cases';
import { hostileCases } from './hostile';
import { runChecks } from '../../src/checks';

describe('no field of a case makes any check fail, or say what no person understands, whatever stands in it', () => {
  test.each(hostileCases(97))('$id', ({ hostile }) => {
    for (const { where, documents, settings } of hostile()) {
      const told = failing(where, () => runChecks(contextOf(documents, settings)));
      for (const { message, effect, cure, path } of told) {
        expect([where, [message, effect, cure].find((text) => text === '' || /\[object |undefined|NaN/.test(text)), path.length > 0]).toEqual([where, undefined, true]);
      }
    }
    expect(({} as any).polluted).toBeUndefined();
  });
});

/** Settings of the mesh that are no YAML are refused as a whole, by name: nothing is known without them. */
function failing<T>(where: string, run: () => T[]): T[] {
  try {
    return run();
  } catch (error: any) {
    if (/^ConfigMap `istio-system\/istio` holds mesh settings that cannot be read: /.test(error.message)) return [];
    throw new Error(`${where}: ${error.stack}`);
  }
}
