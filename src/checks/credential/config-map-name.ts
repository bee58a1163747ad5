import { credentialReferences } from './reference';
import type { Check } from '../check';
import { Effect, Finding, Severity } from '../finding';
import { nameServer } from '../gateway/server';

/**
 * MTLS060: a trust anchor in a ConfigMap whose name ends in `-cacert`.
 *
 * istiod takes the ending off, whatever the kind of the object, and looks for a ConfigMap of the other name (istio `pilot/pkg/xds/sds.go`).
 */
export const configMapName: Check = {
  id: 'MTLS060',
  title: 'a trust anchor in a ConfigMap whose name ends in `-cacert`',
  severity: Severity.ERROR,
  effect: Effect.OUTAGE,
  find: (context) => {
    const found = new Map<string, Finding>();
    for (const { use, kind, namespace, name, credential, server, path } of credentialReferences(context)) {
      if (use !== 'anchor' || kind !== 'configmap' || !name.endsWith('-cacert')) continue;
      const other = name.replace(/-cacert$/, '');
      if (context.view.credentials.configMap(namespace, other) !== undefined) continue;
      found.set(JSON.stringify([server.gateway.object.index, path]), {
        object: server.gateway.object,
        path,
        message: `${nameServer(server)} names trust anchor \`${credential}\`, a ConfigMap whose name ends in \`-cacert\``,
        effect: `istiod looks for ConfigMap \`${namespace}/${other}\` instead, and every connection is closed during the handshake`,
        cure: 'give the ConfigMap a name with another ending',
      });
    }
    return [...found.values()];
  },
};
