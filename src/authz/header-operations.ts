import { formatValue } from './header-format';
import { unknownPart } from './header-lines';
import { HttpMessage } from './http-message';
import { Peer } from './peer';
import { formatProblem } from '../mesh/header-format';
import { HeaderChanges, HttpRoute, RouteDestination } from '../mesh/virtual-service';

/**
 * Applies the header changes of a route and of its destination.
 *
 * With one destination they are one list, with several those of the destination come first. Of a list what is removed goes first, then every `set`, then
 * every `add`. A value that turns out empty is not written at all, so that a header which the client sent survives a `set` (Envoy `header_parser.cc`).
 */
export function changeHeaders(message: HttpMessage, route: HttpRoute, destination: RouteDestination | undefined, peer: Peer): HttpMessage {
  const own = destination === undefined ? [] : [destination.headers];
  const lists = route.destinations.length > 1 ? [own, [route.headers]] : [[route.headers, ...own]];
  const { headers } = lists.reduce((current, changes) => applyList(current, changes, peer), message);
  const ofDestination = destination === undefined ? undefined : authorityOf(destination.headers);
  const authority = route.rewriteAuthority ?? authorityOf(route.headers) ?? ofDestination ?? message.authority;
  return { ...message, headers, authority };
}

function applyList(message: HttpMessage, changes: readonly HeaderChanges[], peer: Peer): HttpMessage {
  const remaining = { ...message, headers: message.headers.without(changes.flatMap(({ remove }) => remove).filter((name) => !isInternal(name))) };
  const formatted = (pairs: readonly (readonly [string, string])[]) => pairs.filter(([name]) => !isInternal(name))
    .map(([name, value]): [string, string] => [name, formatValue(value, remaining, peer)]).filter(([, value]) => value !== '');
  let { headers } = remaining;
  for (const [name, value] of formatted(changes.flatMap(({ set }) => set))) headers = headers.with(name, value);
  for (const [name, value] of formatted(changes.flatMap(({ add }) => add))) headers = headers.plus(name, value);
  return { ...message, headers };
}

/** What the header changes of a route come to, in words; what changes nothing is left out. */
export function describeHeaderChanges(
  before: HttpMessage,
  after: HttpMessage,
  route: HttpRoute,
  destination: RouteDestination,
  peer: Peer,
): (() => string)[] {
  const changes = [route.headers, destination.headers];
  const written = changes.flatMap(({ set, add }) => [...set, ...add]).filter(([name]) => !isInternal(name));
  const removed = changes.flatMap(({ remove }) => remove).filter((name) => !isInternal(name));
  const remaining = { ...before, headers: before.headers.without(removed) };
  const sent = () => removed.filter((name) => before.headers.get(name.toLowerCase()).length > 0);
  return [
    ...sent().length === 0 ? [] : [() => `removes what the client sent as ${sent().join(', ')}`],
    ...written.map(([name, value]) => () => {
      if (formatValue(value, remaining, peer) !== '') return `sets ${name} to ${shown(after, name)}`;
      if (after.headers.get(name.toLowerCase()).length === 0) return `${name} is not set: \`${value}\` is empty`;
      return `${name} keeps what the client sent, ${shown(after, name)}: \`${value}\` is empty, and an empty value is not written`;
    }),
  ];
}

function shown({ headers }: HttpMessage, name: string): string {
  return headers.get(name.toLowerCase()).map((value) => `\`${unknownPart(value) ?? value}\``).join(' and ');
}

/** Why Envoy refuses a route for its header values. */
export function headerProblem(route: HttpRoute): string | undefined {
  const changes = [route.headers, ...route.destinations.map(({ headers }) => headers)];
  for (const [name, value] of changes.flatMap(({ set, add }) => [...set, ...add])) {
    const problem = isInternal(name) ? undefined : formatProblem(value);
    if (problem !== undefined) return `header \`${name}\` of a route: ${problem}`;
  }
  return undefined;
}

/** `set` of the host wins over `add` of it. */
function authorityOf({ set, add }: HeaderChanges): string | undefined {
  return [...add, ...set].filter(([name]) => /^(?::authority|host)$/i.test(name)).map(([, value]) => value).pop();
}

function isInternal(name: string): boolean {
  return name.startsWith(':') || name.toLowerCase() === 'host';
}
