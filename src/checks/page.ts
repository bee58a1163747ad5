import type { Check } from './check';

const PAGES = 'https://github.com/cdk8s-istio-security/cdk8s-istio-security/blob/main/docs/checks';

/** The address of the page of a check. */
export function pageOf({ id }: Pick<Check, 'id'>): string {
  return `${PAGES}/${id}.md`;
}
