/** `npm run classes`: draws requests for random configurations and compares each with the example of its class. `--seed N --draws N --show N`. */
import { parseArgs } from 'node:util';
import { drawRequests } from './classes';
import { makeMaterials } from '../differential/materials';

const EACH = 200;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' }, draws: { type: 'string', default: '100000' }, show: { type: 'string', default: '5' } } });
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

main().then((status) => { process.exitCode = status; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
