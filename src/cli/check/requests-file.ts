import { dirname, isAbsolute, join } from 'node:path';
import { Expected, expectedOf } from './expected';
import { REQUESTS_SCHEMA } from './schema';
import { schemaProblems } from './schema-check';
import { AccessRequest, Client, HttpVersion, MeshOptions, Token, WorkloadFacts } from '../../authz';
import { parseWithNodes, requireReadable } from '../../mesh/documents';
import { at, entries, field, list, number, text, textMap, texts, Value } from '../../mesh/value';
import { formatMoment, parseMoment } from '../../model/moment';
import { SpiffeId } from '../../model/spiffe-id';
import { Stop, stopping } from '../exit-status';
import { Origin, Region, Source } from '../manifests/source';
import { subjectOf } from '../options';
import { readPemText } from '../pki/pem-file';
import { readText } from '../read-file';
import { clientOf, ClientWords } from '../request/client';
import { assertedToken, tokenOf } from '../request/token';
import { parseUrl } from '../request/url';

/** A request of the file, made ready, and what is expected of it. */
export interface ExpectedRequest {
  readonly name: string;
  readonly region: Region;
  readonly request: AccessRequest;
  readonly expected: Expected;
}

type Path = readonly (string | number)[];

/** A file of requests. It is read in two steps: how the manifests are to be read stands in it, and the trust domain is known only after that. */
export class RequestsFile {
  /** Reads a file and holds it against the schema: an unknown field is as bad as a missing one, because what it was to say would not be checked. */
  public static read(path: string): RequestsFile {
    const what = `file of requests \`${path}\``;
    const source = new Source(path, readText(path, 'file of requests'));
    const documents = stopping((message) => Stop.unreadable(`${what}: ${message}`), () => {
      const parsed = parseWithNodes(source.text);
      requireReadable(parsed.map(({ value }) => value));
      return parsed;
    });
    if (documents.length !== 1 || documents[0].value === null) throw Stop.unreadable(`${what} holds ${documents.length > 1 ? `${documents.length} documents` : 'nothing'}: expected one with \`requests\``);
    const [{ value, node }] = documents;
    const file = new RequestsFile(path, value, new Origin(source, node, []));
    const problems = schemaProblems(REQUESTS_SCHEMA, value).map((problem) => file.described(problem.path, problem.message));
    if (problems.length > 0) throw Stop.unreadable(`${what} is not as it should be:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    return file;
  }

  private constructor(private readonly path: string, private readonly body: Value, private readonly origin: Origin) {}

  /** How the manifests are to be read. */
  public meshOptions(): MeshOptions {
    const { body } = this;
    return {
      istioVersion: text(field(body, 'istioVersion')),
      trustDomain: text(field(body, 'trustDomain')),
      rootNamespace: text(field(body, 'rootNamespace')),
      complete: field(body, 'complete') === true ? true : undefined,
      createdTogether: field(body, 'createdTogether') === true ? true : undefined,
      secrets: texts(field(body, 'secrets')),
      harmless: texts(field(body, 'harmless')),
      workloads: list(field(body, 'workloads')).map(workloadFacts),
      keySets: Object.fromEntries(entries(field(body, 'keySets')).map(([uri, file]) => [uri, readText(this.beside(text(file)!), 'key set')])),
    };
  }

  /**
   * Makes the requests ready. Stops with the position of whatever cannot be: an unknown name, a URL that is none, a file that cannot be read.
   * @param trustDomain that of the mesh, for callers in it
   * @param now when requests are sent that do not say it
   */
  public requests(trustDomain: string, now: Date): ExpectedRequest[] {
    return list(field(this.body, 'requests')).map((entry, index) => {
      const path: Path = ['requests', index];
      const url = text(field(entry, 'url'))!;
      const request = this.requestOf(entry, path, url, trustDomain, now);
      return {
        name: text(field(entry, 'name')) ?? `${request.method ?? 'GET'} ${url}, ${request.client.toString()}`,
        region: this.origin.locate(path),
        request,
        expected: expectedOf(field(entry, 'expect')),
      };
    });
  }

  private requestOf(entry: Value, path: Path, written: string, trustDomain: string, now: Date): AccessRequest {
    const url = this.locally([...path, 'url'], () => parseUrl(written));
    const words = this.clientWords(field(entry, 'client'), [...path, 'client']);
    const client = this.locally([...path, 'client'], () => clientOf(words, url.secure, trustDomain));
    const [whole, own] = [text(field(this.body, 'at')), text(field(entry, 'at'))];
    const moment = own ?? whole;
    const headers = entries(field(entry, 'headers')).map(([name, value]): [string, string[]] => [name, typeof value === 'string' ? [value] : texts(value)]);
    return {
      client,
      host: url.host,
      path: url.path,
      sni: text(field(entry, 'sni')),
      port: number(field(entry, 'port')) ?? url.port ?? (url.secure && words.plaintext === true ? 443 : undefined),
      method: text(field(entry, 'method')),
      repeatedHeaders: Object.fromEntries(headers),
      token: this.token(field(entry, 'token'), [...path, 'token']),
      service: text(field(entry, 'service')),
      gateway: text(field(entry, 'gateway')),
      clientIp: text(field(entry, 'clientIp')),
      httpVersion: field(entry, 'http2') === true ? HttpVersion.HTTP_2 : undefined,
      at: formatMoment(moment === undefined ? now : this.locally(own === undefined ? ['at'] : [...path, 'at'], () => parseMoment(moment))),
    };
  }

  private clientWords(value: Value, path: Path): ClientWords {
    if (value === undefined || value === 'none') return {};
    if (value === 'plaintext') return { plaintext: true };
    if (value === 'in-mesh plaintext') return { inMeshPlaintext: true };
    const [body, where] = this.named('clients', value, path);
    const spiffe = text(field(body, 'spiffe'));
    const file = text(field(body, 'certificate'));
    const name = (key: string) => {
      const written = text(field(body, key));
      return written === undefined ? undefined : this.locally([...where, key], () => subjectOf(written));
    };
    return {
      certificate: file === undefined ? undefined : this.locally([...where, 'certificate'], () => clientFromFile(this.beside(file))),
      subject: name('subject'),
      issuer: name('issuer'),
      uris: [...spiffe === undefined ? [] : [this.locally([...where, 'spiffe'], () => SpiffeId.parse(spiffe).uri)], ...texts(field(body, 'uris'))],
      dnsNames: texts(field(body, 'dnsNames')),
      inMesh: text(field(body, 'inMesh')),
    };
  }

  private token(value: Value, path: Path): Token | undefined {
    if (value === undefined) return undefined;
    const [body, where] = this.named('tokens', value, path);
    const file = text(field(body, 'file'));
    const claims = field(body, 'claims');
    return this.locally(where, () => {
      if ((file === undefined) === (claims === undefined)) throw new Error('a token has either `file` or `claims`');
      return file === undefined ? assertedToken(claims) : tokenOf(readText(this.beside(file), 'token'));
    });
  }

  /** What stands here, or under the name that stands here. */
  private named(group: 'clients' | 'tokens', value: Value, path: Path): [Value, Path] {
    if (typeof value !== 'string') return [value, path];
    const found = at(this.body, group, value);
    if (found !== undefined) return [found, [group, value]];
    const known = entries(field(this.body, group)).map(([name]) => `\`${name}\``);
    const fixed = group === 'clients' ? ['`none`', '`plaintext`', '`in-mesh plaintext`'] : [];
    throw Stop.unreadable(this.described(path, `no \`${value}\` among the ${group}: expected ${[...known, ...fixed].join(', ') || `a name of \`${group}\``}`));
  }

  /** A file that is named in this one is meant beside it. */
  private beside(file: string): string {
    return isAbsolute(file) ? file : join(dirname(this.path), file);
  }

  private locally<T>(path: Path, run: () => T): T {
    try {
      return run();
    } catch (error) {
      // What was not written for people is a mistake in the program, and goes on as it is.
      if (!(error instanceof Stop) && !(error instanceof Error && error.constructor === Error)) throw error;
      throw Stop.unreadable(this.described(path, error.message));
    }
  }

  private described(path: Path, message: string): string {
    const { file, start } = this.origin.locate(path);
    return `${file}:${start.line}:${start.column}: ${message}`;
  }
}

function clientFromFile(file: string): Client {
  return Client.fromPem(readPemText(file, 'client certificate'));
}

function workloadFacts(value: Value): WorkloadFacts {
  const [namespace, service] = text(field(value, 'service'))!.split('/');
  return {
    namespace,
    service,
    labels: Object.fromEntries(textMap(field(value, 'labels'))),
    ports: [{ port: number(field(value, 'port'))!, targetPort: number(field(value, 'targetPort')), name: text(field(value, 'protocol')) }],
    serviceAccount: text(field(value, 'serviceAccount')),
    sidecar: field(value, 'sidecar') === false ? false : undefined,
  };
}
