import { Attempt, Verdict } from './attempt';
import { refuserOf } from './search';
import { Means, WayIn } from './way-in';
import { WrittenNames } from './written-names';
import { Hop } from '../authz';
import { describeServer, GatewayServer } from '../mesh/gateway';
import { hostsForNamespace, bestMatch } from '../mesh/host-name';

/** An attempt that got in, and the plain request that is refused. */
export interface Success {
  readonly attempt: Attempt;
  readonly means: readonly Means[];
  readonly verdict: Verdict;
  readonly plain: Attempt;
  readonly refusal: Verdict;
}

/** Puts a way in into words: by what it gets in, and what closes it. */
export function explain(success: Success, names: WrittenNames): WayIn {
  const { attempt, means, verdict, plain, refusal } = success;
  return {
    ...wordsFor(success, names),
    means,
    attempt,
    decision: verdict.decision,
    refusal: { attempt: plain, decision: refusal.decision },
    also: [],
  };
}

type Words = Pick<WayIn, 'cause' | 'because' | 'cure'>;

function wordsFor(success: Success, names: WrittenNames): Words {
  const { means, attempt, plain, refusal, verdict } = success;
  const by = refuserOf(refusal, names);
  const passed = passedBy(verdict.decision.hops, names);
  if (means.includes('plain')) return plainWords(success, passed, names);
  if (means.includes('entrance')) return entranceWords(success, passed, names);
  if (means.includes('anonymous')) {
    return {
      cause: `anonymous ${by}`,
      because: `${by} knows ${plain.caller.text} by what it presents; without that nothing refuses it${passed}`,
      cure: 'deny callers without identity in the same place: `notPrincipals: ["*"]`, or `notRequestPrincipals: ["*"]` for tokens, for the same hosts and paths',
    };
  }
  if (means.includes('forged header')) return forgedWords(success, passed, names);
  if (means.includes('path spelling')) {
    return {
      cause: `path ${by}`,
      because: `${by} refuses \`${plain.path}\`; \`${attempt.path}\` is another path for it, and the same for many applications${passed}`,
      cure: names.of(refusal.decision.policy ?? '') === undefined
        ? 'name what is allowed instead (`notPaths` in a DENY, `paths` in an ALLOW), or answer 403 in a route in front that takes every spelling (`routeGuard()`)'
        : 'name in the APIRule what is open and guard the rest: the rules without `jwt` for exact paths, and a last rule with `jwt` for `/{**}`',
    };
  }
  if (means.includes('host spelling')) {
    return {
      cause: `host ${by}`,
      because: `${by} names \`${plain.host}\`; \`${attempt.host}\` is another host for it, and the same for routes${passed}`,
      cure: `write every host with its ports, \`${plain.host}\` and \`${plain.host}:*\`, and bind no route to \`*\``,
    };
  }
  return {
    cause: `method ${by}`,
    because: `${by} names ${plain.method} and not ${attempt.method}, which servers answer alike${passed}`,
    cure: names.of(refusal.decision.policy ?? '') === undefined ? `name ${attempt.method} too` : `add ${attempt.method} to the \`methods\` of that rule`,
  };
}

function plainWords({ attempt, refusal, plain }: Success, passed: string, names: WrittenNames): Words {
  const by = refuserOf(refusal, names);
  const server = attempt.door === undefined ? undefined : serverOf(attempt);
  // What the mesh refuses as it is meant, and not as it is, is refused by a guard that is not in force.
  if (by !== '') {
    return {
      cause: `guard ${by}`,
      because: `${by} is meant for it and is not in force there${passed}`,
      cure: 'give the policy a selector that the pods carry (see their labels), or move the policy to their namespace',
    };
  }
  return {
    cause: `plain ${server === undefined ? plain.service : describeServer(server)} ${refusal.decision.outcome}`,
    because: server === undefined ? `nothing refuses it${passed}` : `${describeServer(server)} lets in ${attempt.caller.text}${passed}`,
    cure: 'give the server a trust anchor that verifies clients, and an ALLOW policy that names who may call to the workload',
  };
}

function entranceWords({ attempt, plain, refusal, means }: Success, passed: string, names: WrittenNames): Words {
  const server = serverOf(attempt);
  const named = attempt.door!.secure && attempt.door!.server === plain.door!.server;
  if (named) {
    return {
      cause: `name ${describeServer(server)} ${refuserOf(refusal, names)}`,
      because: `${refuserOf(refusal, names)} asks for the server name, and ${sniText(attempt)} leads to the same routes${passed}`,
      cure: `deny other server names for the host: \`when: connection.sni, notValues: ["${plain.host}"]\``,
    };
  }
  const forged = means.includes('forged header') ? ', and a header says who the caller is' : '';
  return {
    cause: `server ${server.gateway.namespace}/${server.gateway.name} ${server.port} ${server.portName} ${server.hosts.join(' ')}`,
    because: `${describeServer(server)} serves \`${plain.host}\` too (hosts ${server.hosts.map((host) => `\`${host}\``).join(', ')})${forged}${passed}; ${describeServer(plain.door!.server)} would refuse it`,
    cure: `take the host off that server, or redirect it to HTTPS (\`tls.httpsRedirect\`); and deny at the gateway who has no certificate: \`notPrincipals: ["*"]\`, hosts \`${plain.host}\` and \`${plain.host}:*\``,
  };
}

function forgedWords({ attempt, plain, verdict }: Success, passed: string, names: WrittenNames): Words {
  const headers = [...new Set(attempt.headers.map(([name]) => name))];
  const policy = verdict.decision.hops.filter(({ stage, object }) => stage === 'workload' && object !== undefined).pop();
  const whom = policy === undefined ? `\`${verdict.decision.workload}\`` : names.object(policy.object!, policy.rule);
  if (plain.door === undefined) {
    return {
      cause: `forged inside ${whom} ${headers.join(' ')}`,
      because: `${whom} asks for ${headers.map((name) => `\`${name}\``).join(', ')} and not who sends it: any caller in the mesh may write it`,
      cure: 'let the rule ask for the gateway as well (`from: source.principals`, its service account), and make the workload take mutual TLS only (PeerAuthentication STRICT)',
    };
  }
  const route = names.object(verdict.decision.hops.find(({ stage }) => stage === 'route')?.object ?? 'the route');
  return {
    cause: `forged outside ${route} ${whom} ${headers.join(' ')}`,
    because: `${route} writes ${headers.map((name) => `\`${name}\``).join(', ')} only where the certificate has that name; else the client's own value stays, and ${whom} takes it${passed}`,
    cure: '`remove` the header in the route before it is `set`, in every spelling with `-` and `_`',
  };
}

/** The server that serves the attempt's host: of the servers that share a plain listener the one that has it. */
export function serverOf({ door, host }: Pick<Attempt, 'door' | 'host'>): GatewayServer {
  const { chain, server } = door!;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return (chain.routes?.servers ?? []).find((candidate) => (
    bestMatch(new Map(candidate.hosts.flatMap((entry) => hostsForNamespace([entry], entry.split('/')[0])).map((entry) => [entry.toLowerCase(), true])), name) === true
  )) ?? server;
}

function sniText({ door }: Attempt): string {
  return door!.sni === '' ? 'a connection without one' : `\`${door!.sni}\``;
}

/** The objects by which the request came through. */
function passedBy(hops: readonly Hop[], names: WrittenNames): string {
  const objects = hops.filter(({ stage, object }) => object !== undefined && stage === 'route').map(({ object }) => names.object(object!));
  return objects.length === 0 ? '' : `, over ${[...new Set(objects)].join(', ')}`;
}
