import { describeExpected } from './expected';
import { Result } from './report';
import { Terminal, printable } from '../terminal';

/** Writes the results in the form that JUnit made common: one test case for each request. */
export function reportJunit(terminal: Terminal, results: readonly Result[], hidden: (text: string) => string): void {
  const failures = results.filter(({ unmet }) => unmet.length > 0).length;
  const cases = results.map(({ name, region, expected, decision, unmet }) => {
    const head = `    <testcase name="${xml(name)}" classname="${xml(region.file)}" file="${xml(region.file)}" line="${region.start.line}"`;
    if (unmet.length === 0) return `${head}/>`;
    return `${head}>\n      <failure message="${xml(unmet.join('; '))}">${xml(`expected ${describeExpected(expected)}\n${decision.explain()}`)}</failure>\n    </testcase>`;
  });
  terminal.write(hidden([
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failures}">`,
    `  <testsuite name="requests" tests="${results.length}" failures="${failures}">`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')));
}

const ENTITIES: { [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' };

// XML 1.0 has no way to write most control characters, nor a lone surrogate.
function xml(text: string): string {
  return printable(text).replace(/[\ud800-\udfff](?![\udc00-\udfff])|[\ufffe\uffff]/gu, '\ufffd').replace(/[&<>"\n]/g, (character) => ENTITIES[character]);
}
