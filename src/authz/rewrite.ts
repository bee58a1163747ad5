import { HttpMessage } from './http-message';
import { replaceMatches } from '../mesh/regular-expression';
import { HttpRoute, RouteMatch } from '../mesh/virtual-service';

/** The request with the path that a route's `rewrite` makes of it. */
export function rewritten(message: HttpMessage, { rewriteUri, rewriteRegex }: HttpRoute, match: RouteMatch | undefined): HttpMessage {
  if (rewriteRegex !== undefined) return { ...message, path: replaceMatches(rewriteRegex.match, message.path, rewriteRegex.rewrite) };
  if (rewriteUri === undefined) return message;
  const uri = match?.uri;
  // What matched is replaced: the prefix, or with an exact or regular expression match the whole path.
  const matched = uri === undefined || uri.kind === 'present' ? 1 : uri.kind === 'prefix' ? uri.value.length : message.path.length;
  return { ...message, path: rewriteUri + message.path.slice(matched) };
}
