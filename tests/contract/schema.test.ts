import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { compose } from '@rae/schema/compose';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type TypeNode,
} from 'graphql';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const subgraphs = readdirSync(new URL('subgraphs/', ROOT)).map((name) => ({
  name,
  document: parse(read(`subgraphs/${name}/schema.graphql`)),
}));
const objectsOf = (document: DocumentNode): ObjectTypeDefinitionNode[] =>
  document.definitions.flatMap((definition) => (definition.kind === Kind.OBJECT_TYPE_DEFINITION ? [definition] : []));
const isStub = ({ name, arguments: args = [] }: ConstDirectiveNode): boolean =>
  name.value === 'key' &&
  args.some(
    (argument) => argument.name.value === 'resolvable' && argument.value.kind === Kind.BOOLEAN && !argument.value.value,
  );

/** The named type at the end of a field's type, and every non-null mark on the way to it. */
function unwrap(type: TypeNode, marks = 0): { name: string; marks: number } {
  if (type.kind === Kind.NON_NULL_TYPE) return unwrap(type.type, marks + 1);
  return type.kind === Kind.LIST_TYPE ? unwrap(type.type, marks) : { name: type.name.value, marks };
}

test('schema/supergraph.graphql and schema/api.graphql are what the subgraphs compose to', () => {
  const { supergraph, api } = compose();
  expect(read('schema/supergraph.graphql')).toBe(supergraph);
  expect(read('schema/api.graphql')).toBe(api);
});

describe.each(subgraphs)('the schema of $name', ({ document }) => {
  const objects = objectsOf(document);
  const foreign = new Set(
    objects.filter(({ directives = [] }) => directives.some(isStub)).map(({ name }) => name.value),
  );

  test('has nullable fields and list items wherever another subgraph answers', () => {
    const strict = objects.flatMap(({ name: type, fields = [] }) =>
      fields
        .filter(({ type: of }) => foreign.has(unwrap(of).name) && unwrap(of).marks > 0)
        .map(({ name }) => `${type.value}.${name.value}`),
    );
    expect(strict).toEqual([]);
  });

  test('has nullable root queries, so that one dead subgraph costs its own fields', () => {
    const [query] = objects.filter(({ name }) => name.value === 'Query');
    const strict = (query?.fields ?? [])
      .filter(({ type }) => type.kind === Kind.NON_NULL_TYPE)
      .map(({ name }) => name.value);
    expect(strict).toEqual([]);
  });

  test('names a role on every root field', () => {
    const open = objects
      .filter(({ name }) => ['Query', 'Mutation', 'Subscription'].includes(name.value))
      .flatMap(({ fields = [] }) =>
        fields
          .filter(({ directives = [] }) => !directives.some(({ name }) => name.value === 'access'))
          .map(({ name }) => name.value),
      );
    expect(open).toEqual([]);
  });

  test('describes every type, field, argument, input field and enum value', () => {
    const bare: string[] = [];
    const look = (path: string, node: { description?: unknown }) => {
      if (!node.description) bare.push(path);
    };
    const lookAtFields = (type: string, fields: readonly FieldDefinitionNode[]) => {
      for (const field of fields) {
        look(`${type}.${field.name.value}`, field);
        for (const argument of field.arguments ?? [])
          look(`${type}.${field.name.value}(${argument.name.value})`, argument);
      }
    };
    for (const definition of document.definitions) {
      if (!('name' in definition) || !definition.name) continue;
      const type = definition.name.value;
      if (!['Query', 'Mutation', 'Subscription'].includes(type) && 'description' in definition) look(type, definition);
      if (definition.kind === Kind.OBJECT_TYPE_DEFINITION) lookAtFields(type, definition.fields ?? []);
      if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
        for (const field of definition.fields ?? []) look(`${type}.${field.name.value}`, field);
      if (definition.kind === Kind.ENUM_TYPE_DEFINITION && type !== 'Role')
        for (const value of definition.values ?? []) look(`${type}.${value.name.value}`, value);
    }
    expect(bare).toEqual([]);
  });
});
