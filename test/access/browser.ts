/** `npm run page-test`: drives the access page in a real Chromium. CHROMIUM names the browser; on Debian `apt-get install chromium` brings it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, Page } from 'puppeteer-core';
import { largeMesh } from './large-mesh';
import { accessMatrix, AccessSpace, matrixPage } from '../../src/access';
import { Mesh } from '../../src/authz';

const BROWSERS = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const HOSTILE = '</script><img src=x onerror=document.title="executed">';
let passed = 0;
let failed = 0;

function expect(name: string, holds: boolean, found: unknown): void {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds ? '' : `: ${JSON.stringify(found)}`}`);
  if (holds) passed += 1;
  else failed += 1;
}

function pageOf(documents: object[], file: string): string {
  const space = AccessSpace.of(Mesh.fromManifests(documents));
  writeFileSync(file, matrixPage(accessMatrix(space), space));
  return `file://${file}`;
}

function hostileMesh(): object[] {
  const evil = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', metadata: { name: HOSTILE }, spec: { selector: { matchLabels: { app: 'app-0' } }, rules: [{ when: [{ key: 'request.headers[x-id]', values: [HOSTILE] }] }] } };
  return [...largeMesh(5, 10, 4), evil];
}

const text = (page: Page, selector: string) => page.$eval(selector, (element) => element.textContent ?? '');

async function small(page: Page): Promise<void> {
  expect('the text of manifests is not executed', await page.title() === 'Who gets in', await page.title());
  expect('it stands there as text', (await text(page, '#grid')).includes('allowed'), await text(page, '#grid'));
  const all = await text(page, '#shown');
  await page.type('#place', 'app-3.');
  const fewer = await text(page, '#shown');
  expect('a search for a place leaves fewer', Number.parseInt(fewer) > 0 && Number.parseInt(fewer) < Number.parseInt(all), [all, fewer]);
  await page.$eval('#place', (element) => { (element as { value?: string }).value = ''; element.dispatchEvent(new Event('input')); });
  await page.focus('#grid [tabindex="0"]');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'Enter'] as const) await page.keyboard.press(key);
  expect('the keyboard explains a cell', (await text(page, '#detail')).includes('Try it') && (await text(page, '#detail')).includes('curl '), await text(page, '#detail'));
  const focused = await page.evaluate('[document.activeElement.dataset.row, document.activeElement.dataset.column].join()');
  expect('the focus is on that cell', focused === '2,1', focused);
  const views = await page.$$('#views button');
  await views[views.length - 1].click();
  expect('the picture shows gateways, routes and workloads', (await page.$$('.box')).length > 10, (await page.$$('.box')).length);
  await page.click('.box button');
  expect('a policy says what it does', (await text(page, '#detail')).includes('What it does'), await text(page, '#detail'));
  await views[0].click();
}

async function accessible(page: Page, scheme: string): Promise<void> {
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  // The policy of the page lets no script in but its own: what judges it is brought by the browser's own way.
  const found = await page.evaluate(`${readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')}; axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => [id, impact, nodes.length, nodes[0].html.slice(0, 120)]))`) as [string, string][];
  const serious = found.filter(([, impact]) => impact === 'serious' || impact === 'critical');
  expect(`axe finds nothing serious (${scheme})`, serious.length === 0, serious);
}

async function main(): Promise<number> {
  const executablePath = BROWSERS.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    console.error('no browser: `apt-get install chromium`, or name one by CHROMIUM');
    return 1;
  }
  const home = mkdtempSync(join(tmpdir(), 'page-'));
  const browser = await launch({ executablePath, args: ['--no-sandbox'], headless: true });
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(pageOf(hostileMesh(), join(home, 'small.html')));
    await small(page);
    for (const scheme of ['light', 'dark']) await accessible(page, scheme);
    await page.goto(pageOf(largeMesh(200, 1000, 50), join(home, 'large.html')));
    const ready = await page.evaluate('performance.getEntriesByName("interactive")[0].startTime') as number;
    expect(`200 hosts and 50 identities are interactive in under a second (${Math.round(ready)} ms)`, ready < 1000, ready);
    await accessible(page, 'light');
    expect('the console is free of errors', complaints.length === 0, complaints);
    expect('no request leaves the page', requests.every((url) => url.startsWith(`file://${home}`)), requests);
  } finally {
    await browser.close();
    rmSync(home, { recursive: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

main().then((status) => { process.exitCode = status; }, (error) => {
  console.error(error);
  process.exitCode = 1;
});
