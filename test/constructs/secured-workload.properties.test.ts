import { App, Chart, Testing } from 'cdk8s';
import * as fc from 'fast-check';
import { TestGateway } from './test-gateway';
import { CertSecuredWorkload } from '../../src/constructs/cert-secured-workload';
import type { CertificateGrant } from '../../src/constructs/certificate-grant';
import type { InMeshCaller } from '../../src/constructs/in-mesh-caller';
import { JwtSecuredWorkload } from '../../src/constructs/jwt-secured-workload';
import { Audience } from '../../src/model/audience';
import { CertificateIdentity } from '../../src/model/certificate-identity';
import { ClaimRequirement } from '../../src/model/claim-requirement';
import { DistinguishedName } from '../../src/model/distinguished-name';
import { HttpMethod } from '../../src/model/http-method';
import type { JwtIssuer } from '../../src/model/jwt-issuer';
import { JwtKeys } from '../../src/model/jwt-keys';
import { PathPattern } from '../../src/model/path-pattern';
import { SpiffeId } from '../../src/model/spiffe-id';
import { Workload } from '../../src/resources/workload';

const GATEWAY = 'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account';
const workload = Workload.of({ service: 'app', port: 80, labels: { app: 'app' } });

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const name = word.map((text) => DistinguishedName.fromOpenSsl(`/CN=${text}`));
const spiffe = fc.tuple(word, word).map(([domain, path]) => SpiffeId.parse(`spiffe://${domain}.test/${path}`));
const identity = fc.oneof(
  spiffe.map((id) => CertificateIdentity.spiffe(id)),
  name.map((subject) => CertificateIdentity.subject(subject)),
  fc.tuple(name, name).map(([subject, issuer]) => CertificateIdentity.subjectAndIssuer(subject, issuer)),
);
const path = fc.tuple(fc.constantFrom(PathPattern.exact, PathPattern.tree, PathPattern.prefix), word).map(([make, text]) => make(`/${text}`));
const limits = fc.record({
  paths: fc.option(fc.array(path, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  methods: fc.option(fc.uniqueArray(fc.constantFrom(...Object.values(HttpMethod)), { minLength: 1 }), { nil: undefined }),
});
const grant: fc.Arbitrary<CertificateGrant> = fc.tuple(identity, limits).map(([who, what]) => ({ identity: who, ...what }));
const caller: fc.Arbitrary<InMeshCaller> = fc.tuple(word, word, limits).map(([namespace, serviceAccount, what]) => (
  { caller: SpiffeId.ofWorkload({ namespace, serviceAccount }), ...what }
));
const words = fc.array(word, { minLength: 1, maxLength: 2 });
const issuer: fc.Arbitrary<JwtIssuer> = fc.tuple(word, fc.boolean(), words).map(([text, claim, audiences]) => ({
  issuer: `https://${text}.test`,
  keys: JwtKeys.fromUri('https://keys.test'),
  audience: Audience.of(...audiences),
  ...(claim ? { claims: [ClaimRequirement.oneOf('role', text)] } : {}),
}));
const issuers = fc.uniqueArray(issuer, { selector: (one) => one.issuer, minLength: 1, maxLength: 3 });
const host = fc.oneof(word.map((text) => `${text}.example.com`), word.map((text) => `*.${text}.example.com`));

type Build = (chart: Chart) => void;

function cert(at: string, grants: CertificateGrant[], callers: InMeshCaller[], tokens: JwtIssuer[] | undefined): Build {
  return (chart) => {
    const half = Math.floor(grants.length / 2);
    const construct = new CertSecuredWorkload(chart, 'App', {
      gateway: new TestGateway(), host: at, workload, allow: grants.slice(0, half), ...(tokens ? { token: { issuers: tokens } } : {}),
    });
    for (const one of grants.slice(half)) construct.allow(one);
    for (const one of callers) construct.allowInMesh(one);
  };
}

function jwt(at: string, tokens: JwtIssuer[], callers: InMeshCaller[]): Build {
  return (chart) => {
    const construct = new JwtSecuredWorkload(chart, 'App', { gateway: new TestGateway(), host: at, workload, issuers: tokens.slice(0, 1) });
    for (const one of callers) construct.allowInMesh(one);
    for (const one of tokens.slice(1)) construct.addIssuer(one);
  };
}

function render(build: Build): any[] {
  const chart = new Chart(new App(), 'chart');
  build(chart);
  return Testing.synth(chart);
}

const spec = (build: Build, kind: string): any => render(build).find((object) => object.kind === kind).spec;
const sources = fc.record({
  at: host,
  grants: fc.array(grant, { maxLength: 6 }),
  callers: fc.array(caller, { maxLength: 3 }),
  tokens: fc.option(issuers, { nil: undefined }),
});
const runs = { numRuns: 60 };

test('callOrderNeverMatters', () => {
  fc.assert(fc.property(sources, ({ at, grants, callers, tokens }) => {
    const reversed = <T>(list: T[]): T[] => [...list].reverse();
    const backwards = cert(at, reversed(grants), reversed(callers), tokens && reversed(tokens));
    expect(render(backwards)).toStrictEqual(render(cert(at, grants, callers, tokens)));
    if (tokens) expect(render(jwt(at, reversed(tokens), reversed(callers)))).toStrictEqual(render(jwt(at, tokens, callers)));
  }), runs);
});

test('grantingTwiceIsGrantingOnce', () => {
  fc.assert(fc.property(sources, ({ at, grants, callers, tokens }) => {
    expect(render(cert(at, [...grants, ...grants], [...callers, ...callers], tokens))).toStrictEqual(render(cert(at, grants, callers, tokens)));
  }), runs);
});

test('nobodyGrantedMeansNoRule', () => {
  fc.assert(fc.property(host, fc.option(issuers, { nil: undefined }), (at, tokens) => {
    const policy = spec(cert(at, [], [], tokens), 'AuthorizationPolicy');
    expect(policy).toStrictEqual({ action: 'ALLOW', selector: { matchLabels: { app: 'app' } } });
  }), runs);
});

test('everyRuleNamesTheGatewayAndTheHost', () => {
  fc.assert(fc.property(sources, ({ at, grants, tokens }) => {
    const builds = [cert(at, grants, [], tokens), ...(tokens ? [jwt(at, tokens, [])] : [])];
    for (const { from, to } of builds.flatMap((build) => spec(build, 'AuthorizationPolicy').rules ?? [])) {
      expect(from).toHaveLength(1);
      expect(from[0].source.principals).toStrictEqual([GATEWAY]);
      expect(to).toHaveLength(1);
      expect(to[0].operation.hosts).toStrictEqual([at, at.startsWith('*') ? `${at}:443` : `${at}:*`]);
    }
  }), runs);
});

test('everyGrantIsInSomeRuleAndEveryRuleComesFromAGrant', () => {
  fc.assert(fc.property(sources, ({ at, grants }) => {
    const admitted = (spec(cert(at, grants, [], undefined), 'AuthorizationPolicy').rules ?? []).flatMap(({ to, when }: any) => {
      const of = (header: string): string[] => when.find(({ key }: any) => key === `request.headers[X-CLIENT-SSL-${header}]`)?.values ?? ['-'];
      const { paths, methods } = to[0].operation;
      return of('CN').flatMap((cn) => of('SAN').flatMap((san) => of('ISSUER').map((ca) => JSON.stringify([cn, san, ca, paths, methods]))));
    });
    const wanted = grants.map(({ identity: who, paths, methods }) => JSON.stringify([
      who.subjectName?.envoySubject ?? '-', who.spiffeId?.uri ?? '-', who.issuerName?.envoySubject ?? '-',
      paths && [...new Set(paths.flatMap((one) => one.allowValues()))].sort(), methods && [...methods].sort(),
    ]));
    expect([...admitted].sort()).toStrictEqual([...new Set(wanted)].sort());
  }), runs);
});

test('everyRuleDemandsTheTokenWhereOneIsDemanded', () => {
  fc.assert(fc.property(sources, issuers, ({ at, grants, callers }, tokens) => {
    for (const build of [cert(at, grants, callers, tokens), jwt(at, tokens, callers)]) {
      for (const { from, when } of spec(build, 'AuthorizationPolicy').rules ?? []) {
        const [principal] = from[0].source.requestPrincipals;
        const demanded = tokens.find((one) => `${one.issuer}/*` === principal)!;
        expect(when).toContainEqual({ key: 'request.auth.audiences', values: demanded.audience.values });
        for (const { key, values } of demanded.claims ?? []) expect(when).toContainEqual({ key, values });
      }
    }
  }), runs);
});

test('forgedSpellingIsAlwaysRemoved', () => {
  const forged = fc.tuple(fc.constantFrom('CN', 'SAN', 'ISSUER'), fc.array(fc.constantFrom('-', '_'), { minLength: 3, maxLength: 3 }), fc.boolean())
    .map(([last, [a, b, c], lower]) => `X${a}CLIENT${b}SSL${c}${last}`[lower ? 'toLowerCase' : 'toString']());
  fc.assert(fc.property(sources, forged, ({ at, grants, callers, tokens }, header) => {
    const some = [{ issuer: 'i', keys: JwtKeys.fromUri('https://keys.test'), audience: Audience.of('a') }];
    for (const build of [cert(at, grants, callers, tokens), jwt(at, tokens ?? some, callers)]) {
      for (const { headers } of spec(build, 'VirtualService').http) {
        expect(headers.request.remove.map((removed: string) => removed.toLowerCase())).toContain(header.toLowerCase());
        expect(headers.request).not.toHaveProperty('add');
      }
      for (const { from, when } of spec(build, 'AuthorizationPolicy').rules ?? []) {
        if (from[0].source.principals[0] === GATEWAY) continue;
        expect(when.map(({ key, notValues }: any) => `${key.toLowerCase()} ${notValues}`)).toContain(`request.headers[${header.toLowerCase()}] *`);
      }
    }
  }), runs);
});
