import { badInput } from '@rae/kernel';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** How large a selection is with its fragments put in their places, each counted as often as it is spread. */
export interface Size {
  /** Fields inside fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
  /** Fields of the outermost level. */
  readonly width: number;
}

/** graphql-js' own introspection query is 15 deep. */
export const INTROSPECTION_DEPTH = 20;

const EMPTY: Size = { depth: 0, aliases: 0, directives: 0, fields: 0, width: 0 };

const beside = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  directives: a.directives + b.directives,
  fields: a.fields + b.fields,
  width: a.width + b.width,
});

/** Introspection counts as one level, within a depth of its own. */
function levels(name: string, inner: number): number {
  const isIntrospection = name === '__schema' || name === '__type';
  return isIntrospection && inner < INTROSPECTION_DEPTH ? 1 : inner + 1;
}

function refuseCircle(path: readonly string[], name: string): void {
  if (!path.includes(name)) return;
  const others = path.slice(path.indexOf(name) + 1);
  const via = others.length > 0 ? ` via ${others.join(', ')}` : '';
  throw badInput('query', `fragment ${name} is spread within itself${via}`, { fragment: name });
}

/**
 * Measures the selections of a document in time linear in it: each fragment is measured once, however often it is spread.
 * What it gives throws PlatformError BAD_USER_INPUT on a fragment that is spread within itself.
 */
export function createMeasure(document: DocumentNode): (set: SelectionSetNode) => Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const known = new Map<string, Size>();
  const path: string[] = [];

  function ofFragment(name: string): Size {
    const fragment = fragments.get(name);
    const size = known.get(name);
    if (size || !fragment) return size ?? EMPTY;
    refuseCircle(path, name);
    path.push(name);
    const measured = beside(ofSet(fragment.selectionSet), { ...EMPTY, directives: fragment.directives?.length ?? 0 });
    path.pop();
    known.set(name, measured);
    return measured;
  }

  function ofSelection(selection: SelectionNode): Size {
    const directives = selection.directives?.length ?? 0;
    if (selection.kind === Kind.FRAGMENT_SPREAD)
      return beside({ ...EMPTY, directives }, ofFragment(selection.name.value));
    const inner = selection.selectionSet ? ofSet(selection.selectionSet) : EMPTY;
    if (selection.kind === Kind.INLINE_FRAGMENT) return beside({ ...EMPTY, directives }, inner);
    return {
      depth: levels(selection.name.value, inner.depth),
      aliases: inner.aliases + (selection.alias ? 1 : 0),
      directives: inner.directives + directives,
      fields: inner.fields + 1,
      width: 1,
    };
  }

  const ofSet = (set: SelectionSetNode): Size => set.selections.map(ofSelection).reduce(beside, EMPTY);
  return ofSet;
}
