import { EffectiveChanges, gatewayChanges, WrittenChanges, writtenChanges } from './written-routes';
import type { KubeObject } from '../../mesh/kube-object';
import { rememberedOf } from '../../mesh/remembered';
import { field, list, text, texts, Value } from '../../mesh/value';
import type { CheckContext } from '../context';
import type { FieldPath } from '../finding';
import { servedRoutes } from '../gateway-api/gateways';
import { oncePerContext } from '../written';

/** Changes of request headers in a route of either API. */
export interface HeaderEdit {
  readonly object: KubeObject;
  readonly changes: EffectiveChanges;
  /** Where the changes stand: what has `set`, `add` and `remove`. */
  readonly path: FieldPath;
  /** Where one of them stands. */
  readonly fieldOf: (kind: 'set' | 'add', name: string) => FieldPath;
  /** Whether `set` and `add` are lists of `name` and `value`, as in the Gateway API, instead of mappings. */
  readonly listed: boolean;
}

/** Every place where headers are set or added. */
export const headerEdits: (context: CheckContext) => readonly HeaderEdit[] = oncePerContext((context) => (
  [...writtenChanges(context).map(edit), ...modifierEdits(context)]));

/** Those of routes that gateways serve. */
export const gatewayEdits: (context: CheckContext) => readonly HeaderEdit[] = oncePerContext((context) => (
  [...gatewayChanges(context).map(edit), ...modifierEdits(context)]));

// Those of gateways are among all.
const edit = rememberedOf((written: WrittenChanges): HeaderEdit => new Edit(written));

/** Its path is put together when asked for: of thousands few are findings. */
class Edit implements HeaderEdit {
  public readonly listed = false;
  public readonly object: KubeObject;
  public readonly changes: EffectiveChanges;

  public constructor(private readonly written: WrittenChanges) {
    this.object = written.virtualService.object;
    this.changes = written.changes;
  }

  public get path(): FieldPath {
    return this.written.path;
  }

  public get fieldOf(): HeaderEdit['fieldOf'] {
    return (kind, name) => [...this.path, kind, name];
  }
}

/** Those of routes of the Gateway API: istiod makes of their filters what it makes of `headers.request`, operators of Envoy included. */
export const modifierEdits: (context: CheckContext) => readonly HeaderEdit[] = oncePerContext((context) => (
  servedRoutes(context).filter(({ attachments }) => attachments.length > 0)
    .flatMap(({ object }) => list(field(object.spec, 'rules')).flatMap((rule, index) => {
      const own = modifiersOf(rule, ['spec', 'rules', index]);
      const common = own.flatMap(({ remove }) => remove);
      const backends = list(field(rule, 'backendRefs')).flatMap((backend, place) => modifiersOf(backend, ['spec', 'rules', index, 'backendRefs', place]));
      return [...own, ...backends].map((modifier) => editOf(object, modifier, common));
    }))));

interface Modifier {
  readonly value: Value;
  readonly path: FieldPath;
  readonly remove: readonly string[];
}

function modifiersOf(owner: Value, place: FieldPath): Modifier[] {
  return list(field(owner, 'filters')).flatMap((filter, index) => {
    const value = field(filter, 'requestHeaderModifier');
    if (text(field(filter, 'type')) !== 'RequestHeaderModifier') return [];
    return [{ value, path: [...place, 'filters', index, 'requestHeaderModifier'], remove: texts(field(value, 'remove')) }];
  });
}

function editOf(object: KubeObject, { value, path, remove }: Modifier, common: readonly string[]): HeaderEdit {
  const named = (kind: string) => list(field(value, kind)).map((entry) => [text(field(entry, 'name')) ?? '', text(field(entry, 'value')) ?? ''] as const);
  const changes = { set: named('set'), add: named('add'), remove, removed: new Set([...common, ...remove].map((name) => name.toLowerCase())) };
  return {
    object,
    changes,
    path,
    listed: true,
    fieldOf: (kind, name) => [...path, kind, changes[kind].findIndex(([written]) => written === name)],
  };
}
