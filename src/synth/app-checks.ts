import type * as CheckApp from './check-app';
import { Synthesis } from '../resources/synthesis';

/**
 * Brings the checks over manifests to `app.synth()`: every app in which one of our constructs lives is checked as a whole, hand-written objects included.
 * @internal
 */
export function attachAppChecks(): void {
  Synthesis.addAppCheck((root) => {
    // Loaded when used: a hundred files, which a program that only imports the library does not wait for.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { checkApp }: typeof CheckApp = require('./check-app');
    return checkApp(root);
  });
}
