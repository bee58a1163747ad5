/**
 * Reads rendered manifests and says in words, per host: which server serves it, where it leads, and who may call.
 * It reads policies of the shape that our constructs render; it is a summary for people, not an evaluator.
 */
export interface HostSummary {
  readonly host: string;
  readonly destinations: string[];
  readonly servers: string[];
  readonly rows: Row[];
}

export interface Row {
  readonly verdict: 'allowed' | 'refused';
  readonly who: string;
  readonly how: string;
}

export function summarise(manifests: any[]): HostSummary[] {
  return [...manifests.filter(({ kind }) => kind === 'VirtualService').flatMap((route) => ofRoute(manifests, route)),
    ...manifests.filter(({ kind }) => kind === 'APIRule').map((rule) => ofApiRule(manifests, rule))];
}

const list = (value: any): any[] => Array.isArray(value) ? value : [];
const named = (object: any): string => `${object.metadata.namespace}/${object.metadata.name}`;
const unique = <T>(values: T[]): T[] => [...new Set(values)];

function ofRoute(manifests: any[], route: any): HostSummary[] {
  const { hosts, gateways, http } = route.spec;
  const destinations = unique(list(http).flatMap((entry) => list(entry.route)).map(({ destination }) => `${destination.host.replace('.svc.cluster.local', '')}:${destination.port?.number}`));
  return list(hosts).map((host) => summary(manifests, host, list(gateways), destinations));
}

function ofApiRule(manifests: any[], rule: any): HostSummary {
  const { hosts, gateway, service, rules } = rule.spec;
  const host = hosts[0];
  const base = summary(manifests, host, [gateway], [`${service.name}.${service.namespace ?? rule.metadata.namespace}:${service.port}`]);
  const access = list(rules).map((entry): Row => ({
    verdict: 'allowed',
    who: `${entry.noAuth ? (isMutual(manifests, gateway) ? 'any certificate of the trust anchor' : 'everybody') : Object.keys(entry).find((key) => ['jwt', 'extAuth'].includes(key))}: ${entry.methods.join(', ')} ${entry.path}`,
    how: `APIRule ${named(rule)}`,
  }));
  const rest: Row = { verdict: 'refused', who: 'other methods and paths; callers inside the mesh', how: '404 at the gateway; 403 at the workload' };
  return { ...base, rows: [...access, ...base.rows.filter(({ verdict }) => verdict === 'refused'), rest] };
}

function gatewayOf(manifests: any[], reference: string): any {
  return manifests.find((object) => object.kind === 'Gateway' && named(object) === reference);
}

function isMutual(manifests: any[], reference: string): boolean {
  const servers = list(gatewayOf(manifests, reference)?.spec.servers).filter(({ port }) => port.protocol === 'HTTPS');
  return servers.length > 0 && servers.every(({ tls }) => tls.mode === 'MUTUAL');
}

function summary(manifests: any[], host: string, references: string[], destinations: string[]): HostSummary {
  const servers = references.flatMap((reference) => {
    const gateway = gatewayOf(manifests, reference);
    if (!gateway) return [`${reference}, owned by another team`];
    return list(gateway.spec.servers)
      .filter((server) => list(server.hosts).some((pattern: string) => covers(pattern.split('/').pop()!, host)))
      .map((server) => `${server.port.number} ${server.tls?.httpsRedirect ? 'redirect' : server.tls?.mode ?? 'plain HTTP'} by ${reference}`);
  });
  const mutual = references.length > 0 && references.every((reference) => isMutual(manifests, reference));
  const policies = manifests.filter(({ kind }) => kind === 'AuthorizationPolicy');
  const forHost = (rule: any) => list(rule.to).some(({ operation }) => list(operation?.hosts).some((pattern: string) => covers(pattern, host)));
  const rules = (action: string) => policies.filter(({ spec }) => (spec.action ?? 'ALLOW') === action)
    .flatMap((policy) => list(policy.spec.rules).filter(forHost).map((rule) => ({ policy, rule })));
  const atWorkload = policies.filter((policy) => (policy.spec.action ?? 'ALLOW') === 'ALLOW' && policy.metadata.name.endsWith(`.${host}`));
  const allowed = rules('ALLOW').flatMap(({ policy, rule }): Row[] => describeAllowed(rule).map((who) => ({ verdict: 'allowed', who, how: named(policy) })));
  const denied = rules('DENY').flatMap(({ policy, rule }): Row[] => describeDenied(rule).map((who) => ({ verdict: 'refused', who, how: `403 ${named(policy)}` })));
  const open: Row = { verdict: 'allowed', who: mutual ? 'any certificate of the trust anchor' : 'everybody', how: 'no policy on the workload' };
  return {
    host,
    destinations,
    servers,
    rows: [
      ...(atWorkload.length > 0 ? allowed : [open]),
      ...(mutual ? [{ verdict: 'refused', who: 'no certificate, or one of another CA', how: 'in the handshake' } satisfies Row] : []),
      ...denied,
      ...atWorkload.map((policy): Row => ({ verdict: 'refused', who: 'everybody else, callers inside the mesh too', how: `403 ${named(policy)}` })),
    ],
  };
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || pattern === '*' || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)));
}

function describeAllowed(rule: any): string[] {
  const conditions = list(rule.when).flatMap(({ key, values }) => values ? [describeCondition(key, values)] : []);
  const tokens = list(rule.from).flatMap(({ source }) => list(source?.requestPrincipals)).map((principal: string) => `token of ${principal.replace(/\/\*$/, '')}`);
  const callers = list(rule.from).flatMap(({ source }) => list(source?.principals));
  const inMesh = tokens.length === 0 && conditions.length === 0 ? callers.map((principal: string) => `in-mesh spiffe://${principal}`) : [];
  const who = [...tokens, ...conditions].join(', ');
  return [...(who ? [who + limits(rule)] : []), ...inMesh.map((text) => text + limits(rule))];
}

function describeCondition(key: string, values: string[]): string {
  const names: Record<string, string> = {
    'request.headers[X-CLIENT-SSL-CN]': 'certificate with subject',
    'request.headers[X-CLIENT-SSL-SAN]': 'certificate with',
    'request.headers[X-CLIENT-SSL-ISSUER]': 'issued by',
    'request.auth.audiences': 'for audience',
  };
  return `${names[key] ?? key} ${values.join(' or ')}`;
}

function describeDenied(rule: any): string[] {
  const sources = list(rule.from).flatMap(({ source }) => source ?? []);
  const identities = sources.flatMap(({ principals }) => list(principals)).map((principal: string) => `spiffe://${principal}${limits(rule)}`);
  const without = sources.some(({ notPrincipals }) => list(notPrincipals).includes('*')) ? [`no certificate, whichever server was taken${limits(rule)}`] : [];
  const sni = list(rule.when).filter(({ key, notValues }) => key === 'connection.sni' && notValues).map(({ notValues }) => `server name other than ${notValues.join(', ')}`);
  return [...identities, ...without, ...sni];
}

function limits(rule: any): string {
  const operations = list(rule.to).map(({ operation }) => operation ?? {});
  const methods = unique(operations.flatMap(({ methods: values }) => list(values)));
  const paths = unique(operations.flatMap(({ paths: values }) => list(values)));
  const shortest = [...paths].sort((a, b) => a.length - b.length)[0];
  return `${methods.length > 0 ? `, ${methods.join(', ')}` : ''}${paths.length > 0 ? ` on ${shortest}${paths.length > 1 ? ' and its variants' : ''}` : ''}`;
}
