import { type Caller, hasRole, isRole, PlatformError, type Role } from '@rae/kernel';
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
} from 'graphql';

/** The least role of every root field, by `Query.memory`. */
export type AccessRules = ReadonlyMap<string, Role>;

const ROOT_TYPES = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

function roleOf(directives: readonly DirectiveNode[] | undefined): Role | null {
  const access = directives?.find((directive) => directive.name.value === 'access');
  const role = access?.arguments?.find((argument) => argument.name.value === 'role')?.value;
  return role?.kind === Kind.ENUM && isRole(role.value) ? role.value : null;
}

function ruleOf(type: string, field: FieldDefinitionNode): [string, Role] {
  const name = `${type}.${field.name.value}`;
  const role = roleOf(field.directives);
  if (!role)
    throw new Error(`${name} names no role: a root field without @access(role: …) would be open to everyone. Add one.`);
  return [name, role];
}

/**
 * Reads `@access` off every root field of a supergraph, where `@composeDirective` leaves it.
 *
 * @throws Error naming the field that has none; such a supergraph is not served
 */
export function readAccess(supergraphSdl: string): AccessRules {
  const roots: readonly string[] = Object.values(ROOT_TYPES);
  const rules = parse(supergraphSdl).definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || !roots.includes(definition.name.value)) return [];
    return (definition.fields ?? []).map((field) => ruleOf(definition.name.value, field));
  });
  return new Map(rules);
}

type Variables = Readonly<Record<string, unknown>>;

function isLeftOut(selection: SelectionNode, variables: Variables): boolean {
  if (!selection.directives?.length) return false;
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true ||
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if === false
  );
}

function rootFields(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Variables,
): FieldNode[] {
  return selections.flatMap((selection) => {
    if (isLeftOut(selection, variables)) return [];
    if (selection.kind === Kind.FIELD) return [selection];
    const set =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : fragments.get(selection.name.value)?.selectionSet;
    return set ? rootFields(set.selections, fragments, variables) : [];
  });
}

function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  return fragments;
}

/**
 * The root fields that an operation calls, each as often as it is called: under two aliases is twice, twice under the same
 * name is once. Those that `@skip` or `@include` leave out and those of introspection are not among them.
 *
 * @param document validated, so without circular fragments
 */
export function calledFields(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): readonly string[] {
  const fields = rootFields(operation.selectionSet.selections, fragmentsOf(document), variables);
  const called = new Map(fields.map(({ alias, name }) => [(alias ?? name).value, name.value]));
  return [...called.values()].filter((name) => !name.startsWith('__'));
}

/**
 * Refuses an operation that selects a root field beyond its caller's roles; fields that `@skip` or `@include` leave out
 * do not count. The operation is refused as a whole, before anything runs, so that no half of a mutation is done.
 *
 * @param document validated, so without circular fragments
 * @throws PlatformError FORBIDDEN with `{ field, needed, held }`
 */
export function checkAccess(
  rules: AccessRules,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  caller: Caller,
): void {
  const type = ROOT_TYPES[operation.operation];
  for (const field of calledFields(document, operation, variables)) {
    const name = `${type}.${field}`;
    const needed = rules.get(name) ?? 'PLATFORM';
    if (hasRole(caller.roles, needed)) continue;
    const held = [...caller.roles];
    const message = `${name} needs the role ${needed}; this credential holds ${held.join(', ') || 'none'}.`;
    throw new PlatformError('FORBIDDEN', message, { field: name, needed, held });
  }
}
