import { writtenRoutes } from './written-routes';
import { describeObject } from '../../mesh/kube-object';
import { entries, field, list } from '../../mesh/value';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';

const EFFECT = 'Envoy rejects all routes of every host on the port: a new proxy answers 404 for them, a running one keeps the old routes';

/** MTLS075: what passes Istio's webhook and makes Envoy reject a route table. */
export const rejectedRoutes: Check = {
  id: 'MTLS075',
  title: 'a route for which Envoy rejects all routes',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => writtenRoutes(context).flatMap(({ virtualService: { object }, route, path }): Finding[] => {
    const written = list(field(object.spec, 'http'))[path[2] as number];
    return [
      ...(route.directStatus !== undefined && route.directStatus > 599 ? [{
        object,
        path: [...path, 'directResponse', 'status'],
        message: `\`directResponse\` of ${describeObject(object)} has status ${route.directStatus}`,
        effect: EFFECT,
        cure: 'use a status from 200 to 599',
      }] : []),
      ...list(field(written, 'match')).flatMap((match, index) => (entries(field(match, 'queryParams')).some(([name]) => name === '') ? [{
        object,
        path: [...path, 'match', index, 'queryParams'],
        message: `a match of ${describeObject(object)} asks for a query parameter without a name`,
        effect: EFFECT,
        cure: 'name the parameter',
      }] : [])),
    ];
  }),
};
