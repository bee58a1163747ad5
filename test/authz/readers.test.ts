/* eslint-disable @stylistic/max-len -- tables, one case a line */
import { secret, testPki } from './support/certificates';
import { inMesh, plaintext } from './support/world';
import { AccessRequest, HttpVersion } from '../../src/authz';
import { HeaderLines, unknownValue } from '../../src/authz/header-lines';
import { Peer } from '../../src/authz/peer';
import { passedOnProblem, readRequest, sentRequest } from '../../src/authz/request-line';
import { isReadableCrl, revocationProblem } from '../../src/authz/revocation';
import { expressionsOf, routeMatches } from '../../src/authz/route-match';
import { findCredential } from '../../src/authz/server-credential';
import { Answers } from '../../src/mesh/choices';
import { readGateway } from '../../src/mesh/gateway';
import { readObject, readObjects } from '../../src/mesh/kube-object';
import { MeshView } from '../../src/mesh/mesh-view';
import { readSettings } from '../../src/mesh/settings';
import { readVirtualService } from '../../src/mesh/virtual-service';
import { Workload } from '../../src/mesh/workload';
import { Certificate } from '../../src/x509/certificate';
import { authority, certificate, revocationList } from '../x509/certificate-builder';

describe('a request line', () => {
  const read = (more: Partial<AccessRequest>, secure = false) => readRequest({ client: plaintext, host: 'a.test', path: '/', ...more }, secure);
  const told = (...args: Parameters<typeof read>) => { const found = read(...args); return 'malformed' in found ? [found.status, found.malformed] : [found.authority, found.path, found.query, found.scheme, found.headers.toRecord()]; };
  const http2 = { httpVersion: HttpVersion.HTTP_2 };
  const ASCII = 'the path has bytes outside ASCII, which HTTP/1.1 does not carry';

  test.each<[string, Partial<AccessRequest>, unknown[]]>([
    ['as it is', { path: '/p?q' }, ['a.test', '/p', '?q', 'http', {}]],
    ['without fragment', { path: '/p?q#f' }, ['a.test', '/p', '?q', 'http', {}]],
    ['with a question mark at once', { path: '/?' }, ['a.test', '/', '?', 'http', {}]],
    ['with spaces and tabs around', { path: ' \t/p\t ' }, ['a.test', '/p', '', 'http', {}]],
    ['with a whole address', { path: 'http://b.test/p?q' }, ['b.test', '/p', '?q', 'http', {}]],
    ['with a whole address and query', { path: 'HTTP://b.test?q' }, ['b.test', '/', '?q', 'http', {}]],
    ['with an address inside', { path: '/x/http://b.test/p' }, ['a.test', '/x/http://b.test/p', '', 'http', {}]],
    ['with the address of HTTPS', { path: 'https://b.test/' }, [403, 'its target is of HTTPS, on a connection in plain text']],
    ['with an address of HTTPS inside', { path: '/https://b.test/' }, ['a.test', '/https://b.test/', '', 'http', {}]],
    ['with headers', { headers: { A: ' 1 ', b: '\t2\t' } }, ['a.test', '/', '', 'http', { a: '1', b: '2' }]],
    ['with spaces before values', { headers: { a: '  1  ' } }, ['a.test', '/', '', 'http', { a: '1' }]],
    ['with lines of a header', { repeatedHeaders: { a: ['1', '2'] } }, ['a.test', '/', '', 'http', { a: '1, 2' }]],
    ['with one line of a header', { repeatedHeaders: { a: '1' as never } }, ['a.test', '/', '', 'http', { a: '1' }]],
    ['with a host beside the host', { headers: { Host: 'b' } }, [400, 'the header `host` is given beside `host` of the request']],
    ['of a host that none is', { host: 'a b' }, [400, 'host `a b` has characters that no host has']],
    ['without path', { path: 'p' }, [400, 'the path does not begin with `/`']],
    ['with a space', { path: '/a b' }, [400, 'the path has spaces or control characters']],
    ['with a letter of no ASCII', { path: '/ä' }, [400, ASCII]],
    ['with a letter of no ASCII over HTTP/2', { path: '/ä', ...http2 }, ['a.test', '/Ã¤', '', 'http', {}]],
    ['of a method that none is', { method: 'NONSENSE' }, [400, 'method `NONSENSE` is unknown to HTTP/1.1']],
    ['of any method over HTTP/2', { method: 'NONSENSE', ...http2 }, ['a.test', '/', '', 'http', {}]],
    ['for everything', { path: '*' }, [400, 'the target `*` is for OPTIONS']],
    ['for everything with OPTIONS', { path: '*', method: 'OPTIONS' }, [404, 'the target `*` is of no path']],
    ['for everything with OPTIONS over HTTP/2', { path: '*', method: 'OPTIONS', ...http2 }, [404, 'the target `*` is of no path']],
    ['for everything over HTTP/2', { path: '*', ...http2 }, [undefined, 'the path does not begin with `/`']],
    ['without path over HTTP/2', { path: 'p', ...http2 }, [undefined, 'the path does not begin with `/`']],
    ['without host over HTTP/2', { host: '', ...http2 }, [undefined, 'the host is empty']],
    ['of 60 KiB', { headers: { a: 'x'.repeat(60 * 1024 - 12) } }, ['a.test', '/', '', 'http', expect.anything()]],
    ['of more than 60 KiB', { headers: { a: 'x'.repeat(60 * 1024 - 11) } }, [431, 'its head is longer than 60 KiB']],
    ['of many headers, more than 60 KiB', { repeatedHeaders: { name: Array(7000).fill('1') } }, [431, 'its head is longer than 60 KiB']],
    ['of a long host and path', { host: 'a'.repeat(40_000), path: `/${'b'.repeat(30_000)}` }, [431, 'its head is longer than 60 KiB']],
  ])('%s', (_what, request, expected) => {
    expect(told(request)).toEqual(expected);
  });

  test('over TLS is of scheme https, with an address too', () => {
    expect([told({}, true), told({ path: 'https://b.test/' }, true)]).toEqual([['a.test', '/', '', 'https', {}], ['b.test', '/', '', 'https', {}]]);
    expect(readRequest({ client: inMesh(), host: 'a.test', path: 'https://b.test/p' }, false)).toMatchObject({ authority: 'b.test', path: '/p' });
  });

  test('is sent as it is', () => {
    expect(sentRequest({ client: plaintext, host: 'a b', path: 'p?q?r', headers: { A: '1' } })).toMatchObject({ method: 'GET', authority: 'a b', path: 'p', query: '?q?r', scheme: 'http' });
    expect(sentRequest({ client: plaintext, host: 'a', path: 'p', method: 'PUT' })).toMatchObject({ method: 'PUT', path: 'p', query: '' });
    expect(sentRequest({ client: plaintext, host: 'a', path: '?q' })).toMatchObject({ path: '', query: '?q' });
  });

  test('that came over HTTP/2 is passed on over HTTP/1.1, where that carries it', () => {
    const message = (method: string, path: string, query = '') => passedOnProblem({ method, authority: 'a', path, query, scheme: 'http', headers: HeaderLines.NONE });
    expect([message('GET', '/'), message('NONSENSE', '/'), message('GET', '/Ã'), message('GET', '/', '?Ã')]).toEqual([
      undefined, { status: 400, malformed: 'method `NONSENSE` is unknown to HTTP/1.1, over which it is passed on' }, { status: 400, malformed: ASCII }, { status: 400, malformed: ASCII },
    ]);
  });
});

describe('revocation', () => {
  const root = authority({ subject: '/CN=root' });
  const middle = authority({ subject: '/CN=middle', issuer: root });
  const leaf = certificate({ subject: '/CN=leaf', issuer: middle, serial: [0x55] });
  const path = [leaf, middle.pem, root.pem].flatMap((pem) => Certificate.readAll(pem));
  const now = new Date('2026-06-01');
  const list = (issuer: typeof root, serials: number[][] = [], next: string | undefined = '300101000000Z') => revocationList(issuer, serials, next);
  const all = [middle, root].map((issuer) => list(issuer));
  const NONE = 'there is no revocation list of the CA that issued a certificate of the chain';

  test.each<[string, string, string | undefined]>([
    ['lists of every CA', all.join(''), undefined],
    ['lists between other blocks', `x\n${all.join('\ny\n')}`, undefined],
    ['no list', '', NONE],
    ['what is no list', 'x', NONE],
    ['a list of one CA of two', all[0], NONE],
    ['lists of another CA', list(authority({ subject: '/CN=other' })), NONE],
    ['a list that holds the certificate', list(middle, [[0x55]]) + all[1], 'a certificate of the chain is revoked'],
    ['a list that holds another', list(middle, [[0x56]]) + all[1], undefined],
    ['a list that is over', list(middle, [], '260531000000Z') + all[1], 'the revocation list is not current'],
    ['a list that is garbage', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----', 'the revocation list cannot be read'],
  ])('by %s', (_what, crl, expected) => {
    expect(revocationProblem(path, crl, now)).toBe(expected);
  });

  test('by a list that does not begin yet', () => {
    expect(revocationProblem(path, all.join(''), new Date('2000-01-01'))).toBe('the revocation list is not current');
  });

  test('by lists that Envoy can load', () => {
    expect([all[0], list(middle, [[0x55]]), '', 'x', '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----'].map(isReadableCrl)).toEqual([true, true, true, true, false]);
  });
});

describe('a match of a route', () => {
  const match = (given: object) => readVirtualService(readObject({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'r', namespace: 'n' }, spec: { hosts: ['a'], http: [{ match: [given] }] } }, 0)!).http[0].matches![0];
  const ask = (given: object, { headers = [] as [string, string][], query = '', claims = undefined as unknown, istioVersion = '1.32', answers = [] as boolean[], path = '/p', scheme = 'http' as 'http' | 'https' } = {}) => {
    const choices = new Answers(answers);
    const request = { message: { method: 'GET', authority: 'a.test', path, query, scheme, headers: new HeaderLines(headers) }, peer: { tls: false } as Peer, claims, port: 80, settings: readSettings([], { istioVersion }), choices };
    return [routeMatches(match(given), request), choices.answers.map(({ key, text }) => [key, text])];
  };
  const claim = (name: string, pattern: object = { exact: 'x' }) => ({ headers: { [name]: pattern } });

  test.each<[object, Parameters<typeof ask>[1], boolean]>([
    [{}, {}, true], [{ uri: {} }, {}, true], [{ uri: { exact: '/p' } }, {}, true], [{ uri: { exact: '/P' } }, {}, false], [{ uri: { exact: '/P' }, ignoreUriCase: true }, {}, true], [{ uri: { prefix: '/P' }, ignoreUriCase: true }, { path: '/pq' }, true], [{ uri: { prefix: '/q' } }, {}, false], [{ uri: { regex: '/.' } }, {}, true], [{ uri: { regex: '/' } }, {}, false],
    [{ method: { exact: 'GET' } }, {}, true], [{ method: { exact: 'PUT' } }, {}, false], [{ authority: { prefix: 'a.' } }, {}, true], [{ authority: { exact: 'b' } }, {}, false], [{ scheme: { exact: 'http' } }, {}, true], [{ scheme: { exact: 'http' } }, { scheme: 'https' }, false],
    [{ headers: { 'X-A': { exact: '1' } } }, { headers: [['x-a', '1']] }, true], [{ headers: { 'X-A': { exact: '1' } } }, { headers: [['x-a', '2']] }, false], [{ headers: { a: {} } }, { headers: [['a', '']] }, true], [{ headers: { a: {} } }, {}, false], [{ headers: { a: { exact: '' } } }, {}, false],
    [{ headers: { a: { exact: '1' } } }, { headers: [['a', '2'], ['a', '1']] }, true], [{ headers: { a: { exact: '2,1' } } }, { headers: [['a', '2'], ['a', '1']] }, false], [{ headers: { a: { exact: '2,1' } } }, { headers: [['a', '2'], ['a', '1']], istioVersion: '1.30' }, true], [{ headers: { a: { exact: '1' } } }, { headers: [['a', '2'], ['a', '1']], istioVersion: '1.30' }, false], [{ headers: { a: { exact: '1' } } }, { headers: [['a', '1']], istioVersion: '1.30' }, true],
    [{ withoutHeaders: { a: {} } }, {}, true], [{ withoutHeaders: { a: {} } }, { headers: [['a', '']] }, false], [{ withoutHeaders: { a: { exact: '' } } }, {}, false], [{ withoutHeaders: { a: { exact: '1' } } }, {}, true], [{ withoutHeaders: { a: { exact: '1' } } }, { headers: [['a', '1']] }, false],
    [{ queryParams: { q: { exact: '1' } } }, { query: '?q=1' }, true], [{ queryParams: { q: { exact: '1' } } }, { query: '?q=2&q=1' }, false], [{ queryParams: { q: {} } }, { query: '?q' }, true], [{ queryParams: { q: {} } }, { query: '?r=1' }, false],
    [claim('@request.auth.claims[a]'), { claims: { a: 'x' } }, true], [claim('@request.auth.claims[a][b]'), { claims: { a: { b: ['y', 'x'] } } }, true], [claim('@request.auth.claims.a.b'), { claims: { a: { b: 'x' } } }, true], [claim('@Request.Auth.Claims[a]'), { claims: { a: 'x' } }, true], [claim('@request.auth.claims[a]'), { claims: { a: 'y' } }, false], [claim('@request.auth.claims[a]'), {}, false],
    [claim('@request.auth.claims[a]b'), { claims: { a: 'x' } }, false], [claim('@request.auth.claimsx[a]'), { claims: { a: 'x' } }, false], [claim('@request.auth.claims.'), { claims: { '': 'x' } }, false], [claim('@request.auth.claims[ab][cd]'), { claims: { ab: { cd: 'x' } } }, true], [claim('@request.auth.claimsx'), { claims: { x: 'x' } }, false],
  ])('%j takes %j: %s', (given, request, expected) => {
    expect(ask(given, request)).toEqual([expected, []]);
  });

  test('may hold or not of a header that is not known', () => {
    const headers: [string, string][] = [['a', unknownValue('%PROTOCOL%')]];
    const question = [['header a 1', 'header a (%PROTOCOL%) matches `1`']];
    expect([ask({ headers: { a: { exact: '1' } } }, { headers }), ask({ headers: { a: { exact: '1' } } }, { headers, answers: [false] }), ask({ headers: { a: {} } }, { headers, answers: [false] })]).toEqual([[true, question], [false, question], [true, []]]);
  });

  test('has expressions', () => {
    const regex = (value: string) => ({ regex: value });
    expect(expressionsOf(match({ uri: regex('u'), method: regex('m'), authority: regex('a'), scheme: { exact: 's' }, headers: { h: regex('h'), i: {} }, withoutHeaders: { w: regex('w') }, queryParams: { q: regex('q') } }))).toEqual(['u', 'm', 'a', 'h', 'w', 'q']);
  });
});

describe('what a gateway serves with', () => {
  const pki = testPki();
  const server = { 'tls.crt': pki.serverPem, 'tls.key': pki.serverKey };
  const pods = (more: Partial<Workload> = {}): Workload => ({ namespace: 'istio-system', name: 'gateway', labels: { known: new Map(), complete: true }, serviceAccount: 'default', proxied: true, namedPorts: new Map(), ...more });
  const find = (tls: object, documents: any[], { complete = true, answers = [] as boolean[], workload = pods() } = {}) => {
    const gateway = readGateway(readObject({ apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'g', namespace: 'n' }, spec: { servers: [{ tls }] } }, 0)!);
    const choices = new Answers(answers);
    const { certificate: served, anchor } = findCredential(new MeshView(readObjects(documents), { complete, sameTime: true, workloads: [], secrets: [] }), workload, gateway.servers[0].tls!, choices);
    const short = (material: typeof anchor) => (material === undefined ? undefined : material.state === 'missing' ? `missing: ${material.reason}` : `${material.state} ${material.source}`);
    return [short(served), short(anchor), choices.answers.map(({ key, text }) => [key, text])];
  };
  const simple = (more: object = {}) => ({ mode: 'SIMPLE', credentialName: 'c', ...more });
  const OTHER = 'missing: credential `other/c` is of another namespace than the gateway\'s pods (`istio-system`)';
  const FILES = { mode: 'SIMPLE', serverCertificate: '/keys/tls.crt', privateKey: '/keys/tls.key' };
  const mounted = { workload: pods({ secretMounts: new Map([['/keys', 'c']]) }) };

  test.each<[string, object, any[], Parameters<typeof find>[2], unknown[]]>([
    ['the mesh', { mode: 'ISTIO_MUTUAL' }, [], {}, ['unknown the mesh', 'unknown the mesh', []]],
    ['a Secret', simple(), [secret('c', server)], {}, ['present istio-system/c', undefined, []]],
    ['a Secret by its full name', simple({ credentialName: 'kubernetes-gateway://istio-system/c' }), [secret('c', server)], {}, ['present istio-system/c', undefined, []]],
    ['a Secret of another namespace', simple({ credentialName: 'other/c' }), [secret('c', server, 'other')], {}, [OTHER, undefined, []]],
    ['one of two Secrets that is missing', simple({ credentialName: undefined, credentialNames: ['c', 'd'] }), [secret('c', server)], {}, [expect.stringMatching(/^missing: .*istio-system\/d/), undefined, []]],
    ['two Secrets', simple({ credentialName: undefined, credentialNames: ['c', 'd'] }), [secret('c', server), secret('d', server)], {}, ['present istio-system/c', undefined, []]],
    ['a ConfigMap', simple({ credentialName: 'configmap://x' }), [], {}, ['missing: a ConfigMap holds no server certificate', undefined, []]],
    ['a credential of another kind', simple({ credentialName: 'sds://x' }), [], {}, ['unknown sds://x', undefined, [['credential sds://x', 'the proxy finds credential sds://x']]]],
    ['a credential of another kind that is not found', simple({ credentialName: 'sds://x' }), [], { answers: [false] }, ['missing: no credential `sds://x`', undefined, [['credential sds://x', 'the proxy finds credential sds://x']]]],
    ['a key of another certificate', simple(), [secret('c', { ...server, 'tls.key': pki.otherKey })], {}, ['missing: `istio-system/c` holds a key that does not belong to its certificate', undefined, []]],
    ['garbage', simple(), [secret('c', { 'tls.crt': 'x', 'tls.key': 'y' })], {}, ['missing: `istio-system/c` holds no certificate and key that can be read', undefined, []]],
    ['an anchor that is garbage', simple({ mode: 'MUTUAL' }), [secret('c', server), secret('c-cacert', { cacert: 'x' })], {}, ['present istio-system/c', 'missing: `istio-system/c-cacert` holds no certificate that can be read', []]],
    ['a list that is garbage', simple({ mode: 'MUTUAL' }), [secret('c', server), secret('c-cacert', { cacert: pki.clients.pem, crl: '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----' })], {}, ['present istio-system/c', 'missing: `istio-system/c-cacert` holds a revocation list that Envoy cannot read', []]],
    ['no file', { mode: 'SIMPLE' }, [], {}, ['missing: the server names no file', undefined, []]],
    ['files of a Secret', FILES, [secret('c', server)], mounted, [expect.stringMatching(/^present .*istio-system\/c/), undefined, []]],
    ['a file of a Secret and no key', { ...FILES, privateKey: undefined }, [secret('c', server)], mounted, [expect.stringMatching(/^present .*istio-system\/c/), undefined, []]],
    ['a key file of another certificate', FILES, [secret('c', { ...server, 'tls.key': pki.otherKey })], mounted, [expect.stringMatching(/^missing: .*holds a key that does not belong to its certificate$/), undefined, []]],
    ['a key file that is not there', FILES, [secret('c', { 'tls.crt': pki.serverPem })], mounted, [expect.stringMatching(/^missing: /), undefined, []]],
    ['files that nobody mounts', { ...FILES, serverCertificate: '/other/tls.crt', privateKey: undefined }, [], mounted, ['unknown /other/tls.crt', undefined, [['file /other/tls.crt', 'the gateway\'s pods have the file /other/tls.crt']]]],
    ['files that are not there', { ...FILES, serverCertificate: '/other/tls.crt', privateKey: undefined }, [], { ...mounted, answers: [false] }, ['missing: the gateway\'s pods have no file `/other/tls.crt`', undefined, [['file /other/tls.crt', 'the gateway\'s pods have the file /other/tls.crt']]]],
    ['files of pods that are not among the manifests', { ...FILES, serverCertificate: '/other/tls.crt' }, [], { complete: false }, ['unknown /other/tls.crt', undefined, []]],
    ['files that the charts mount', { ...FILES, serverCertificate: '/etc/istio/ingressgateway-certs/tls.crt', privateKey: undefined }, [secret('istio-ingressgateway-certs', server)], {}, [expect.stringMatching(/^present .*istio-ingressgateway-certs/), undefined, []]],
    ['a file as anchor', { ...FILES, mode: 'MUTUAL', caCertificates: '/keys/ca.crt' }, [secret('c', { ...server, 'ca.crt': pki.clients.pem })], mounted, [expect.stringMatching(/^present/), expect.stringMatching(/^present/), []]],
  ])('%s', (_what, tls, documents, more, expected) => {
    expect(find(tls, documents, more)).toEqual(expected);
  });
});
