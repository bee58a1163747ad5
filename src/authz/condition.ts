import { bracketedNames, claimAt, claimMatches, requestPrincipalTest } from './claim-match';
import { unknownPart } from './header-lines';
import { headerValues } from './http-message';
import { ipTest } from './ip-match';
import { isTemplate, templateTest } from './path-template';
import { anyName, describePeer } from './peer';
import { aliasesOf, namespaceTest, principalTest, serviceAccountTest, trustDomainTest, withAliases } from './principal-match';
import { ProxyRequest } from './proxy-request';
import { headerTest, hostTest, TextTest, textTest } from './string-match';
import { MeshSettings } from '../mesh/settings';

/** The test of one value of a policy field against a request. */
export type ValueTest = (request: ProxyRequest) => boolean;

/** What a policy field asks about: how to test a value, and what the request has, in words. */
export interface Attribute {
  /** Only HTTP has it: on TCP ports Istio cannot translate it. */
  readonly http: boolean;
  /** The test of a value; undefined where Istio cannot translate the value. */
  test(value: string): ValueTest | undefined;
  /** What the request has, for reasons. */
  found(request: ProxyRequest): string;
  /** Values that stand for several, such as principals with trust domain aliases. */
  expand?(value: string): readonly string[];
}

/** The attribute that a field of `source` or `operation`, or a `when` key, stands for; undefined for keys that Istio does not know. */
export function attributeOf(key: string, policyNamespace: string, settings: MeshSettings): Attribute | undefined {
  switch (key) {
    case 'principals':
    case 'source.principal': return { ...named(principalTest), expand: (value) => withAliases(value, settings) };
    case 'namespaces':
    case 'source.namespace': return named(namespaceTest);
    case 'serviceAccounts':
    case 'source.serviceAccount': return named((value) => serviceAccountTest(value, policyNamespace));
    case 'trustDomains':
    case 'source.trustDomain': return { ...named(trustDomainTest), expand: (value) => aliasesOf(value, settings) };
    case 'requestPrincipals':
    case 'request.auth.principal': return {
      http: true,
      test: (value) => {
        const test = requestPrincipalTest(value);
        return ({ claims }) => test(claims);
      },
      found: ({ claims }) => (claims === undefined ? 'no verified token' : `${show(claimAt(claims, ['iss']))}/${show(claimAt(claims, ['sub']))}`),
    };
    case 'ipBlocks':
    case 'source.ip': return address('address of the peer', (request) => request.sourceIp);
    case 'remoteIpBlocks':
    case 'remote.ip': return address('address of the client', (request) => request.remoteIp);
    case 'destination.ip': return address('address of the pod', () => undefined);
    case 'hosts': return header(':authority', hostTest);
    case 'methods': return header(':method', headerTest);
    case 'ports':
    case 'destination.port': return port();
    case 'paths': return path();
    case 'connection.sni': return {
      http: false,
      test: (value) => {
        const test = textTest(value);
        return ({ peer }) => test(peer.sni ?? '');
      },
      found: ({ peer }) => peer.sni ?? 'no server name',
    };
    case 'request.auth.audiences': return claim(['aud']);
    case 'request.auth.presenter': return claim(['azp']);
    default: return byPrefix(key);
  }
}

function byPrefix(key: string): Attribute | undefined {
  if (key.startsWith('request.headers')) {
    const name = /^\[(.*)\]$/s.exec(key.slice('request.headers'.length))?.[1];
    return name === undefined ? untranslatable() : header(name.toLowerCase(), headerTest);
  }
  if (key.startsWith('request.auth.claims')) {
    const names = bracketedNames(key.slice('request.auth.claims'.length));
    return names === undefined ? untranslatable() : claim(names);
  }
  if (key.startsWith('experimental.envoy.filters.')) return { http: false, test: (value) => ({ choices }) => choices.ask(`${key} ${value}`, `${key} is ${value}`), found: () => 'unknown' };
  return undefined;
}

function named(make: (value: string) => TextTest): Attribute {
  return {
    http: false,
    test: (value) => {
      const test = make(value);
      return ({ peer }) => anyName(peer, test);
    },
    found: ({ peer }) => describePeer(peer),
  };
}

function header(name: string, make: (value: string) => TextTest): Attribute {
  return {
    http: true,
    test: (value) => {
      const test = make(value);
      return (request) => valuesOf(request, name).some((found) => {
        const unknown = unknownPart(found);
        if (unknown === undefined) return test(found);
        return value === '*' || request.choices.ask(`header ${name} ${value}`, `header ${name} (${unknown}) matches \`${value}\``);
      });
    },
    found: (request) => {
      const values = headerValues(request.message, name);
      return values.length === 0 ? 'no such header' : values.map((value) => `\`${unknownPart(value) ?? value}\``).join(' and ');
    },
  };
}

/** The values that a policy compares: each line, or in old versions all of them joined. */
function valuesOf(request: ProxyRequest, name: string): string[] {
  const values = headerValues(request.message, name);
  return values.length > 1 && request.settings.behaviour.policyHeadersByLine === false ? [values.join(',')] : values;
}

function path(): Attribute {
  return {
    http: true,
    test: (value) => {
      const test = isTemplate(value) ? templateTest(value) : textTest(value);
      return ({ message }) => test(message.path);
    },
    found: ({ message }) => `\`${message.path}\``,
  };
}

function port(): Attribute {
  return {
    http: false,
    test: (value) => {
      const wanted = Number(value);
      return /^\d+$/.test(value) && wanted <= 65535 ? (request) => request.port === wanted : undefined;
    },
    found: (request) => String(request.port),
  };
}

function address(what: string, read: (request: ProxyRequest) => string | undefined): Attribute {
  return {
    http: false,
    test: (value) => {
      const test = ipTest(value);
      if (test === undefined) return undefined;
      return (request) => {
        const known = read(request);
        return known === undefined ? request.choices.ask(`${what} ${value}`, `the ${what} is in ${value}`) : test(known);
      };
    },
    found: (request) => read(request) ?? `an unknown ${what}`,
  };
}

function claim(names: readonly string[]): Attribute {
  return {
    http: true,
    test: (value) => {
      const test = textTest(value);
      return ({ claims }) => claimMatches(claimAt(claims, names), test);
    },
    found: ({ claims }) => (claims === undefined ? 'no verified token' : show(claimAt(claims, names))),
  };
}

function untranslatable(): Attribute {
  return { http: true, test: () => undefined, found: () => '' };
}

function show(claimValue: unknown): string {
  return claimValue === undefined ? 'no such claim' : typeof claimValue === 'string' ? claimValue : JSON.stringify(claimValue);
}
