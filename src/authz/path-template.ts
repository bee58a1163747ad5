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

interface Branch {
  readonly literals: Map<string, Branch>;
  star?: Branch;
  /** What must follow a `{**}` here, by its length. */
  readonly rests: Map<number, Set<string>>;
  isEnd: boolean;
}

const WHOLE_SEGMENT = new RegExp(`^${SEGMENT}+$`);
const WHOLE_REST = new RegExp(`^${REST}*$`);

/** The test of a whole list, as that of its templates one by one: whether one of them matches. A list of 100,000 costs no more than those with a common beginning. */
export function anyTemplateTest(templates: Iterable<string>): TextTest {
  const root = newBranch();
  const odd: TextTest[] = [];
  for (const template of new Set(templates)) {
    if (isRegular(template)) plant(root, template.split('/'));
    else odd.push(templateTest(template));
  }
  return (path) => matches(root, path.split('/'), 0) || odd.some((test) => test(path));
}

function newBranch(): Branch {
  return { literals: new Map(), rests: new Map(), isEnd: false };
}

/** Whether operators are whole segments, and none follows a `{**}`, as Istio's webhook demands. */
function isRegular(template: string): boolean {
  const rest = template.indexOf('{**}');
  return template.split('/').every((segment) => segment === '{*}' || segment === '{**}' || !isTemplate(segment)) && (rest < 0 || !isTemplate(template.slice(rest + 1)));
}

function plant(root: Branch, segments: readonly string[]): void {
  let at = root;
  for (const [index, segment] of segments.entries()) {
    if (segment === '{**}') {
      const rest = segments.slice(index + 1).map((one) => `/${one}`).join('');
      at.rests.set(rest.length, (at.rests.get(rest.length) ?? new Set()).add(rest));
      return;
    }
    const next: Branch = (segment === '{*}' ? at.star : at.literals.get(segment)) ?? newBranch();
    if (segment === '{*}') at.star = next;
    else at.literals.set(segment, next);
    at = next;
  }
  at.isEnd = true;
}

function matches(at: Branch, segments: readonly string[], index: number): boolean {
  if (index === segments.length) return at.isEnd;
  const literal = at.literals.get(segments[index]);
  if (literal !== undefined && matches(literal, segments, index + 1)) return true;
  if (at.star !== undefined && WHOLE_SEGMENT.test(segments[index]) && matches(at.star, segments, index + 1)) return true;
  if (at.rests.size === 0) return false;
  const rest = segments.slice(index).join('/');
  return [...at.rests].some(([length, known]) => {
    const end = rest.length - length;
    return end >= 0 && known.has(rest.slice(end)) && WHOLE_REST.test(rest.slice(0, end));
  });
}

/** Whether Envoy's parser takes a template; it aborts over one without leading `/`, and refuses a listener for overlong literals. */
export function templateProblem(template: string): string | undefined {
  if (!template.startsWith('/') || template.startsWith('//')) return `path template \`${template}\` does not begin with one \`/\`, over which Envoy aborts`;
  if (template.split('/').some((segment) => !isTemplate(segment) && segment.length > 255)) return 'a path template has a literal segment of more than 255 characters, for which Envoy refuses the listener';
  return undefined;
}
