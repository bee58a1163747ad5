import { contextOf, readCases } from './cases';
import { CATALOGUE } from '../../src/checks';

const cases = new Map(readCases().map((one) => [one.id, one]));

describe('what people are told of the first finding in the broken manifests of APIRules, and of objects as such', () => {
  test.each<[string, string, string, string, string, string[] | undefined]>([
    ['MTLS083', 'broken: an APIRule of another namespace', 'rule 1 (GET `/*`, noAuth) of APIRule `mesh-client/check` leads to Service `default/httpbin` of another namespace',
      'Kyma adds a policy that admits these callers to the workload, and nobody in that namespace is asked',
      'write the APIRule in namespace `default`, and limit who may create APIRules', undefined],
    ['MTLS086', 'broken: a short host', 'APIRule `default/check` has the short host `short` and ExternalGateway `default/partner`',
      'the operator panics over it each time and never exposes anything',
      'write the host in full', undefined],
    ['MTLS087', 'broken: the URI of the certificate, which has none', 'header `X-Check` of rule 1 (GET `/*`, noAuth) of APIRule `default/check` is set to `%DOWNSTREAM_PEER_URI_SAN%`, which is empty for certificates without such a name',
      'such a client writes the header itself, because an APIRule removes nothing',
      'put a constant in front of the operator, e.g. `URI=%DOWNSTREAM_PEER_URI_SAN%`, and compare with that; or use a VirtualService with `remove`', undefined],
    ['MTLS088', 'broken: a plus sign in the path', 'rule 1 (GET `/anything/a+b`, noAuth) of APIRule `default/check` has the character `+` in its path',
      'the route takes it for a part of a regular expression and the policy as it is, so requests for the path get 404 or 403',
      'use `{*}` for that segment, or a path without `+`, `(`, `)` and `$`', undefined],
    ['MTLS089', 'broken: another domain', 'host `a.elsewhere.example.com` of APIRule `default/check` is not served by Gateway `default/check` (hosts: `*.check.example.com`)',
      'Kyma reports the APIRule as ready, and clients get no further than the handshake or a 404',
      'use a host of the Gateway, or add the host to it', ['Gateway default/check']],
    ['MTLS090', 'broken: an exact path with a token before everything without', 'rule 1 (GET `/anything`, jwt) of APIRule `default/check` protects one spelling of its path, and rule 2 (`/{**}`, noAuth) opens the others',
      '`/anything/`, `/anything;x` and `/anything%2F` need no token, and the application may treat them alike',
      'list what is open and protect the rest: the open rules first, then `/*` with a token', undefined],
    ['MTLS091', 'broken: the host is set', 'rule 1 (GET `/*`, noAuth) of APIRule `default/check` sets `Host` to `other.example.com`',
      'the policy that Kyma writes admits `a.check.example.com` only, so every request gets 403 at the workload',
      'leave the host as it is: the application finds it in `X-Forwarded-Host`', undefined],
    ['MTLS092', 'broken: the port of the container', 'rule 1 (GET `/*`, noAuth) of APIRule `default/check` leads to port 8080 of Service `default/check-httpbin`, which has 8000',
      'Kyma reports the APIRule as ready, and every request gets 503',
      'name the port of the Service, `8000`, not one of the container', undefined],
    ['MTLS093', 'broken: a second APIRule on a Gateway that asks for nothing', 'APIRule `default/door` exposes Service `default/httpbin` on Gateway `default/open`, which asks for no certificate, and APIRule `default/closed` exposes it on `default/check`, which does',
      'everybody reaches the workload by `open.check.example.com` without a certificate',
      'expose it by one Gateway only, or protect what is open with a token', ['APIRule default/closed']],
    ['MTLS094', 'broken: two APIRules', 'host `a.check.example.com` of APIRule `default/second` is also that of APIRule `default/first`',
      'Kyma processes one of them and gives the APIRule the state Error: its rules take no effect',
      'use another host, or put the rules into one APIRule', ['APIRule default/first']],
    ['MTLS095', 'broken: no blanks', 'subject `C=DE,O=Example,CN=client` of ConfigMap `default/regions` has a comma without a blank behind it',
      'it equals no certificate, and its client gets 403',
      'write the parts with `, ` between them, as in `C=DE, O=Example, CN=client`; a value with a comma in it cannot be admitted', undefined],
    ['MTLS096', 'broken: the header decides', 'AuthorizationPolicy `default/check` compares `X-Forwarded-Client-Cert`, and APIRule `default/check` exposes the workload on an ExternalGateway',
      'the gateway passes on what the client wrote there, so every admitted client takes any name',
      'let the region\'s `subjects` decide who enters, and do not read that header behind an ExternalGateway', ['APIRule default/check']],
    ['MTLS097', 'broken: the empty text', 'rule 1 (GET `/*`, noAuth) of APIRule `default/check` sets header `X-Check` to the empty text',
      'Envoy skips it, and what the client sent in that header reaches the workload',
      'give it a value that stands for nothing, e.g. `none`; an APIRule cannot remove a header', undefined],
    ['MTLS098', 'broken: a name of 78 characters', 'APIRule `default/an-api-rule-with-a-name-that-is-longer-than-what-a-label-may-have-as-its-value` has a name of 78 characters',
      'Kyma makes a label of it, fails, and exposes nothing',
      'use at most 63 characters', undefined],
    ['MTLS099', 'broken: a rule that an earlier one covers', 'APIRule `default/check` is not processed: path `/headers` with method GET conflicts with the earlier `/*`',
      'nothing of it takes effect; of an APIRule that was processed before, the old routes and policies stay',
      'correct the field that is named', undefined],
    ['MTLS101', 'broken: one name for the policy of two rules', 'AuthorizationPolicy `default/check` is there twice',
      'the one applied last replaces the other',
      'delete one of them, or give it another `metadata.name`', ['AuthorizationPolicy default/check']],
    ['MTLS102', 'broken: two namespaces, one file', 'output file `PeerAuthentication.strict.k8s.yaml` of PeerAuthentication `other/strict` is also that of PeerAuthentication `default/strict`',
      'the one written last replaces the other, which is then never applied',
      'use another `yamlOutputType` or another `metadata.name`', ['PeerAuthentication default/strict']],
  ])('%s, %s', (id, name, message, effect, cure, related) => {
    const { steps, settings } = cases.get(id)!;
    const [finding] = CATALOGUE.find((check) => check.id === id)!.find(contextOf(steps.find((step) => step.name === name)!.documents, settings));
    expect([finding.message, finding.effect, finding.cure, finding.related?.map((other) => `${other.kind} ${other.namespace}/${other.name}`)]).toEqual([message, effect, cure, related]);
  });
});
