import { createColors } from 'picocolors';
import { Decision, Outcome } from '../../authz';
import { Terminal } from '../terminal';
import { labelled, oneLine } from '../text-layout';

/** What came out, in its colour: got in, stopped, or open. */
export function headline(decision: Decision, colour: boolean): string {
  const { green, red, yellow, bold } = createColors(colour);
  const paint = decision.isAllowed ? green : decision.outcome === Outcome.UNDECIDED ? yellow : red;
  return bold(paint(oneLine(decision.summary())));
}

/** The rows below: what happened at each station, what was taken for granted, and the possible answers of an undecided request. */
export function stations(decision: Decision): string[] {
  return [
    ...decision.hops.map(({ stage, text }, index, all) => labelled(all[index - 1]?.stage === stage ? '' : stage, text)),
    ...decision.assumptions.map((text, index) => labelled(index === 0 ? 'assumed' : '', text)),
    ...decision.alternatives.map((alternative, index) => labelled(index === 0 ? 'either' : 'or', `${alternative.toString()}${alternative.unless.length === 0 ? '' : `; unless ${alternative.unless.join(' and ')}`}`)),
  ];
}

/** What a user can do about an open answer. */
function cures(decision: Decision): string[] {
  const facts = decision.alternatives.flatMap(({ unless }) => unless).join('\n');
  const [, pods] = /^pods of (\S+) carry the label/m.exec(facts) ?? [];
  return [
    ...pods === undefined ? [] : [`add the Deployment and the Service, or say which labels the pods carry: --workload ${pods}:<port>=<label>=<value>,…`],
    ...facts.includes('verify the token') ? ['give the keys of the issuer: --keys <jwksUri>=<file>'] : [],
    ...facts.includes('changes nothing for the request') ? ['say that it changes nothing about who gets in, if that is so: --harmless <namespace>/<name>'] : [],
    ...facts.includes(' is older than ') ? ['read the objects from the cluster, where they have creation times, or let names decide: --created-together'] : [],
  ].map((text) => labelled('cure', text));
}

/** Writes one decision: the answer first, then the way to it. */
export function reportDecision(terminal: Terminal, decision: Decision, refused: readonly string[]): void {
  const notes = refused.map((text) => labelled('no effect', text));
  terminal.write(`${[headline(decision, terminal.colour), '', ...stations(decision), ...cures(decision), ...notes].join('\n')}\n`);
}
