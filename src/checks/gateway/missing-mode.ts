import { pathOf, WrittenServer, writtenServers } from './server';
import { isPassThrough } from '../../mesh/gateway';
import { hostsForNamespace, intersection } from '../../mesh/host-name';
import type { MeshView } from '../../mesh/mesh-view';
import { entries, field } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Severity } from '../finding';

const CREDENTIALS = new Set(['credentialName', 'credentialNames', 'serverCertificate', 'privateKey', 'caCertificates', 'caCertCredentialName', 'tlsCertificates']);

/**
 * MTLS005: a TLS server without `mode`, which Istio takes for PASSTHROUGH.
 *
 * PASSTHROUGH is the zero value of the enumeration (istio `networking/v1alpha3/gateway.proto`). Such a server opens no TLS, reads none of its certificates and needs
 * `tls` routes; with `http` routes only, nothing listens on its port.
 */
export const missingMode: Check = {
  id: 'MTLS005',
  title: 'a TLS server without mode',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: ({ view }) => writtenServers(view).filter((written) => isAffected(view, written)).map(({ server, raw, name }) => ({
    object: server.gateway.object,
    path: pathOf(server, 'tls'),
    message: `${name} has \`tls\` and no \`mode\``,
    effect: 'Istio takes it for PASSTHROUGH: its certificates are not used, and no HTTP route is served on it',
    cure: 'write the mode: `MUTUAL` where clients show a certificate, `SIMPLE` where they do not',
    ...(field(field(raw, 'tls'), 'caCertCredentialName') === undefined ? {}
      : { patch: [{ op: 'add' as const, path: `/${pathOf(server, 'tls', 'mode').join('/')}`, value: 'MUTUAL' }] }),
  })),
};

function isAffected(view: MeshView, written: WrittenServer): boolean {
  return lacksMode(written) && (hasCredential(written) || isMeantForHttp(view, written));
}

function lacksMode({ server, raw }: WrittenServer): boolean {
  return isPassThrough(server) && (field(field(raw, 'tls'), 'mode') ?? undefined) === undefined && ['HTTPS', 'TLS'].includes(server.protocol.toUpperCase());
}

function hasCredential({ raw }: WrittenServer): boolean {
  return entries(field(raw, 'tls')).some(([key, value]) => CREDENTIALS.has(key) && Boolean(value));
}

/** Routes lead to its hosts, and none of them is for TLS that stays closed. */
function isMeantForHttp(view: MeshView, { server: { gateway, hosts } }: WrittenServer): boolean {
  const bound = view.virtualServicesOf(`${gateway.namespace}/${gateway.name}`).filter((route) => intersection(hostsForNamespace(hosts, route.namespace), route.hosts).length > 0);
  return bound.some(({ http }) => http.length > 0) && bound.every(({ tcp, tls }) => tcp.length + tls.length === 0);
}
