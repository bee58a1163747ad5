import { TextTest } from './string-match';

const SEGMENT = "[A-Za-z0-9\\-._~%!$&'()+,;:@=*]";
const REST = "[A-Za-z0-9\\-._~%!$&'()+,;:@=*/]";

/** Whether a policy path is a template. */
export function isTemplate(path: string): boolean {
  return path.includes('{*}') || path.includes('{**}');
}

/**
 * The test of a path template: `{*}` stands for one segment, `{**}` for any rest, also an empty one.
 *
 * `[` and `]` are in neither set although they survive normalisation (Envoy `uri_template_internal.cc`). The expression has no nested quantifiers.
 */
export function templateTest(template: string): TextTest {
  const source = template.split(/(\{\*\*\}|\{\*\})/).map((part) => {
    if (part === '{*}') return `${SEGMENT}+`;
    return part === '{**}' ? `${REST}*` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }).join('');
  const expression = new RegExp(`^${source}$`);
  return (path) => expression.test(path);
}

/** Whether Envoy's parser takes a template; it aborts over one without leading `/`, and refuses a listener for overlong literals. */
export function templateProblem(template: string): string | undefined {
  if (!template.startsWith('/') || template.startsWith('//')) return `path template \`${template}\` does not begin with one \`/\`, over which Envoy aborts`;
  if (template.split('/').some((segment) => !isTemplate(segment) && segment.length > 255)) return 'a path template has a literal segment of more than 255 characters, for which Envoy refuses the listener';
  return undefined;
}
