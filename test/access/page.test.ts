import { createHash } from 'node:crypto';
import { accessMatrix, AccessSpace, matrixPage } from '../../src/access';
import { authentication, gateway, http, policy, virtualService, workload, world } from '../authz/support/world';

const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u2028';
const space = AccessSpace.of(world([
  gateway([http(['*'])]), virtualService({}), virtualService({ hosts: ['moved.test'], http: [{ redirect: { uri: '/x' } }] }),
  virtualService({ hosts: ['told.test'], http: [{ directResponse: { status: 418 } }] }), virtualService({ hosts: ['out.test'], http: [{ route: [{ destination: { host: 'elsewhere.example' } }] }] }),
  policy({ selector: { matchLabels: { app: 'httpbin' } }, rules: [{ when: [{ key: 'request.headers[x-id]', values: [hostile] }] }] }, { name: '<script>' }),
  authentication({ selector: { matchLabels: { app: 'httpbin' } }, jwtRules: [{ issuer: hostile, jwksUri: 'https://idp.test/keys' }] }), ...workload('bare', { sidecar: false }),
]));
const page = matrixPage(accessMatrix(space), space);
const data = JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]);

test('a policy named <script> and hostile values stay text', () => {
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).not.toMatch(/<img|\u202e|\u2028/);
  expect(data.picture.workloads[0].policies[0].name).toBe('default/<script>');
  expect(JSON.stringify(data)).toContain('\\\\u202e');
});

test('the policy of the page allows its own script and style by their hashes and nothing else', () => {
  const policyText = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, style] = /<style>(.*?)<\/style>/s.exec(page)!;
  const [, script] = /<script>(.*?)<\/script>/s.exec(page)!;
  expect(policyText).toBe(`default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; base-uri 'none'; form-action 'none'`);
  const own = page.replace(/<script type="application\/json".*?<\/script>/s, '').replace(/http:\/\/www\.w3\.org\/2000\/svg/g, '');
  expect(/(?:src|href)=|@import|url\(/.exec(own)).toBeNull();
  expect(/https?:/.exec(own)).toBeNull();
});

test('the page holds every cell, its explanation and the picture', () => {
  const [outside] = data.sections;
  const texts = outside.cells.flat().map((cell: number) => data.cells[cell].text);
  expect(texts).toEqual(expect.arrayContaining(['301 redirect', '418', '403 default/<script>']));
  expect(data.explanations.every(({ curl }: { curl: string }) => curl.startsWith('curl '))).toBe(true);
  expect(data.picture.gateways.map(({ name }: { name: string }) => name)).toEqual(['istio-system/istio-ingressgateway']);
  expect(data.picture.ways.map(({ route }: { route: string }) => route.split(' ').slice(1).join(' '))).toEqual(expect.arrayContaining(['', 'redirects', 'answers 418', 'leads outside or nowhere']));
  expect(data.picture.workloads.find(({ name }: { name: string }) => name === 'default/bare').sidecar).toBe(false);
});
