import { ApiObject, App, Chart } from 'cdk8s';
import { checkApp } from '../../src/synth/check-app';
import { hostileCases } from '../checks/hostile';

describe('hand-written objects never make synth fail but by findings, whatever stands in their fields', () => {
  test.each(hostileCases(401))('$id', ({ hostile }) => {
    for (const { where, documents } of hostile()) {
      const app = appOf(documents);
      try {
        for (const { message, block } of checkApp(app)) {
          expect([where, message === '', /\[object |undefined/.test(`${message} ${block}`)]).toEqual([where, false, false]);
        }
      } catch (error: any) {
        if (!/holds mesh settings that cannot be read: /.test(error.message)) throw new Error(`${where}: ${error.stack}`);
      }
    }
  });
});

/** What cdk8s itself does not take is left out. */
function appOf(documents: readonly any[]): App {
  const app = new App();
  const chart = new Chart(app, 'chart');
  documents.forEach((document, index) => {
    try {
      new ApiObject(chart, `object-${index}`, document);
    } catch {
      // cdk8s says what it is.
    }
  });
  return app;
}
