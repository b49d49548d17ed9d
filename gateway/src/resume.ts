import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  parse,
  print,
  type VariableDefinitionNode,
  type VariableNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** A subscription's first fetch, rewritten so that the gateway knows each event's cursor and can ask for what follows one. */
export interface ResumableOperation {
  readonly text: string;
  /** The client's own `after`, where the stream starts; null when it gave none. */
  firstCursor(variables: Variables): string | null;
  /** Variables to subscribe with, so that the stream goes on after `cursor`; null starts with what happens from now on. */
  variables(given: Variables, cursor: string | null): Record<string, unknown>;
  /** Null when an event carries none, as one that failed. */
  cursorOf(data: Variables | null | undefined): string | null;
}

const nameNode = (value: string): NameNode => ({ kind: Kind.NAME, value });
const variableNode = (name: string): VariableNode => ({ kind: Kind.VARIABLE, name: nameNode(name) });

/** A name that the operation does not use yet, as a variable or as a response key. */
function freeName(wanted: string, document: DocumentNode): string {
  const taken = new Set<string>();
  visit(document, { Name: (node) => void taken.add(node.value) });
  let name = wanted;
  while (taken.has(name)) name += '_';
  return name;
}

function usedVariables(field: FieldNode): Set<string> {
  const used = new Set<string>();
  visit(field, { Variable: (node) => void used.add(node.name.value) });
  return used;
}

function rewriteField(field: FieldNode, variable: string, alias: string): FieldNode {
  const others = (field.arguments ?? []).filter((argument) => argument.name.value !== 'after');
  const after: ArgumentNode = { kind: Kind.ARGUMENT, name: nameNode('after'), value: variableNode(variable) };
  const cursor: FieldNode = { kind: Kind.FIELD, name: nameNode('cursor'), alias: nameNode(alias) };
  const selections = [cursor, ...(field.selectionSet?.selections ?? [])];
  return { ...field, arguments: [...others, after], selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function rewrite(operation: OperationDefinitionNode, root: FieldNode, variable: string): OperationDefinitionNode {
  const used = usedVariables(root);
  const kept = (operation.variableDefinitions ?? []).filter((definition) => used.has(definition.variable.name.value));
  const type = { kind: Kind.NAMED_TYPE, name: nameNode('String') } as const;
  const added: VariableDefinitionNode = { kind: Kind.VARIABLE_DEFINITION, variable: variableNode(variable), type };
  return {
    ...operation,
    variableDefinitions: [...kept, added],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [root] },
  };
}

const isRecord = (value: unknown): value is Variables => typeof value === 'object' && value !== null;

/**
 * Adds a private alias of `cursor` to the root field of a planned subscription and makes its `after` a variable of ours.
 *
 * @param text the planner's operation: one subscription with one root field
 * @param canResume whether a root field has an argument `after: String` and its type a `cursor: String!`
 * @returns null for a root field that cannot be resumed
 */
export function makeResumable(text: string, canResume: (field: string) => boolean): ResumableOperation | null {
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const [root] = operation?.selectionSet.selections ?? [];
  if (!operation || root?.kind !== Kind.FIELD || !canResume(root.name.value)) return null;
  const variable = freeName('raeAfter', document);
  const alias = freeName('raeCursor', document);
  const rewritten = rewrite(operation, rewriteField(root, variable, alias), variable);
  const given = root.arguments?.find((argument) => argument.name.value === 'after')?.value;
  const passed = new Set(rewritten.variableDefinitions?.map((definition) => definition.variable.name.value));
  const key = (root.alias ?? root.name).value;
  return {
    text: print({ ...document, definitions: document.definitions.map((d) => (d === operation ? rewritten : d)) }),
    firstCursor(variables) {
      const value = given ? valueFromASTUntyped(given, { ...variables }) : null;
      return typeof value === 'string' ? value : null;
    },
    variables: (variables, cursor) => ({
      ...Object.fromEntries(Object.entries(variables).filter(([name]) => passed.has(name))),
      [variable]: cursor,
    }),
    cursorOf(data) {
      const event = data?.[key];
      const cursor = isRecord(event) ? event[alias] : null;
      return typeof cursor === 'string' ? cursor : null;
    },
  };
}
