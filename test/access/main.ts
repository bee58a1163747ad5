/**
 * `npm run classes`: draws requests for random configurations and compares each with the example of its class. `--seed N --draws N --show N`.
 * `--envoy`: sends members and examples through a real istiod and Envoy instead; `--require` fails where the oracle's programs are missing.
 */
import { parseArgs } from 'node:util';
import { drawRequests } from './classes';
import { classesOnEnvoy, oraclePrograms } from './on-envoy';
import { makeMaterials } from '../differential/materials';

const EACH = 200;
/** On real Envoy more configurations with fewer requests tell more in the same time. */
const EACH_SENT = 24;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, draws: { type: 'string', default: '100000' }, show: { type: 'string', default: '5' }, envoy: { type: 'boolean', default: false }, require: { type: 'boolean', default: false } } });
  if (values.envoy) return onEnvoy(Number(values.seed), Math.ceil(Number(values.draws) / EACH_SENT), Number(values.show), values.require);
  const configurations = Math.ceil(Number(values.draws) / EACH);
  const { requests, covered, classes, broken } = drawRequests(Number(values.seed), configurations, EACH, await makeMaterials());
  console.log(`seed ${values.seed}: ${requests} requests for ${configurations} configurations fell into ${classes} classes`);
  console.log(`${covered} are of a class that has an example among the samples, ${requests - covered} of none`);
  console.log(`${broken.length} behave otherwise than their class`);
  for (const { id, request, example, got, expected } of broken.slice(0, Number(values.show))) {
    const shown = [request, example].map((each) => JSON.stringify({ ...each, client: each.client.toString(), token: each.token?.text }));
    console.log(`\n${id}\n  request  ${shown[0]}\n  example  ${shown[1]}\n  got      ${got}\n  expected ${expected}`);
  }
  return broken.length === 0 ? 0 : 1;
}

async function onEnvoy(seed: number, configurations: number, show: number, required: boolean): Promise<number> {
  const programs = oraclePrograms();
  if (programs === undefined) {
    console.log('classes on Envoy: not run, for want of the oracle; `conformance/oracle/build` makes it');
    return required ? 1 : 0;
  }
  const sent = await classesOnEnvoy(seed, configurations, EACH_SENT, await makeMaterials(), programs);
  const { classes, examples, members, undecided, broken, unjudged } = sent;
  console.log(`seed ${seed}: ${members} requests of ${classes} classes and ${examples} examples were sent for ${configurations} configurations; ${undecided} are of classes that the manifests leave open`);
  [...broken, ...unjudged].slice(0, show).forEach((text) => console.log(`\n${text}`));
  console.log(`${members + examples - broken.length} passed, ${broken.length + unjudged.length} failed`);
  return broken.length + unjudged.length === 0 && members > 0 ? 0 : 1;
}

main().then((status) => { process.exitCode = status; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
