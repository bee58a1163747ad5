import type { PolicyRule } from '../../mesh/authorization-policy';
import { grouped } from '../../mesh/groups';
import { maySelect } from '../../mesh/labels';
import { readRequestAuthentication, RequestAuthentication } from '../../mesh/request-authentication';
import type { CheckContext } from '../context';
import { Selecting, targetsOf } from '../policy/targets';
import { WrittenPolicy } from '../policy/written-policies';
import { oncePerContext, writtenObjects } from '../written';

/** Every RequestAuthentication for classic gateways and sidecars that somebody wrote and the API server takes. */
export const writtenAuthentications: (context: CheckContext) => readonly RequestAuthentication[] = oncePerContext((context) => (
  writtenObjects(context, 'RequestAuthentication', 'security.istio.io').flatMap((object) => readRequestAuthentication(object) ?? [])
));

/** What is in a namespace or in the root namespace: nothing else can apply to its pods. */
export function nearby<T extends Selecting>(context: CheckContext, groups: ReadonlyMap<string, readonly T[]>, namespace: string): readonly T[] {
  const root = context.view.settings.rootNamespace;
  const here = groups.get(namespace) ?? [];
  return namespace === root ? [...groups.values()].flat() : [...here, ...groups.get(root) ?? []];
}

const ofNamespace = ({ object }: Selecting) => object.namespace;

/** Every RequestAuthentication by namespace, those included that Kyma's operator makes. */
export const authenticationsByNamespace = oncePerContext(({ view }) => grouped(view.authentications.all, ofNamespace));

/** Every AuthorizationPolicy by namespace. */
export const policiesByNamespace = oncePerContext(({ view }) => grouped(view.policies.all, ofNamespace));

/** Whether two of one namespace, or one of the root namespace, can apply to the same pods. */
export function mayMeet(context: CheckContext, one: Selecting, other: Selecting): boolean {
  const { settings } = context.view;
  const [here, there] = [one.object.namespace, other.object.namespace];
  if (here !== there && here !== settings.rootNamespace && there !== settings.rootNamespace) return false;
  if (one.selector === undefined || other.selector === undefined) return false;
  if (!maySelect(one.selector, { known: other.selector, complete: false })) return false;
  return meetAtGateway(context, one, other.selector) && meetAtGateway(context, other, one.selector);
}

/** Gateway pods are known by their labels: what is for others does not meet what is for them. */
function meetAtGateway(context: CheckContext, one: Selecting, selector: ReadonlyMap<string, string>): boolean {
  const { gateways } = targetsOf(context, one);
  return one.selector!.size === 0 || gateways.length === 0 || gateways.some(({ workload }) => maySelect(selector, workload.labels));
}

/** Whether a key of a policy reads the token. */
export function isTokenKey(key: string): boolean {
  return key === 'requestPrincipals' || key.startsWith('request.auth.');
}

/** The first rule that admits requests by what their token says. */
export function ruleThatDemandsToken({ action, rules }: WrittenPolicy): number | undefined {
  const found = action === 'ALLOW' ? rules.findIndex(demandsToken) : -1;
  return found < 0 ? undefined : found;
}

function demandsToken({ from, when }: PolicyRule): boolean {
  const asks = ({ key, values }: { readonly key: string; readonly values: readonly string[] }) => isTokenKey(key) && values.length > 0;
  return when.some(asks) || (from.length > 0 && from.every((source) => source.some(asks)));
}
