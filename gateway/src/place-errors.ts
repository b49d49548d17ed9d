import { type FieldNode, type GraphQLFormattedError, Kind, parse, type SelectionSetNode } from 'graphql';
import type { TransportRequest, TransportResult } from './transport.ts';

/** More errors than this say nothing new: all have one cause. */
const MAX_ERRORS = 100;

const responseKey = (field: FieldNode) => (field.alias ?? field.name).value;

function keysOf(set: SelectionSetNode | undefined, typename: unknown): string[] {
  return (set?.selections ?? []).flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return selection.name.value === '__typename' ? [] : [responseKey(selection)];
    if (selection.kind !== Kind.INLINE_FRAGMENT) return [];
    const condition = selection.typeCondition?.name.value;
    return condition === undefined || condition === typename ? keysOf(selection.selectionSet, typename) : [];
  });
}

function pathsOf(request: TransportRequest): (string | number)[][] {
  const operation = parse(request.query, { noLocation: true }).definitions.find(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [root] = operation?.selectionSet.selections ?? [];
  if (root?.kind !== Kind.FIELD || root.name.value !== '_entities')
    return keysOf(operation?.selectionSet, null).map((key) => [key]);
  const representations = request.variables?.representations;
  const typenames: unknown[] = Array.isArray(representations) ? representations.map((r) => r?.__typename) : [];
  return typenames.flatMap((typename, place) =>
    keysOf(root.selectionSet, typename).map((key) => ['_entities', place, key]),
  );
}

/**
 * An error that concerns a whole fetch stands at each field that it costs (at most 100 of them), so that a client can
 * tell a field that is null from one that could not be asked. Answers with data are left as they are.
 */
export function placeErrors(request: TransportRequest, result: TransportResult): TransportResult {
  const { data, errors } = result;
  if (data || !errors?.some((error) => !error.path)) return result;
  const paths = pathsOf(request);
  const placed = (error: GraphQLFormattedError) =>
    error.path || paths.length === 0 ? [error] : paths.map((path) => ({ ...error, path }));
  return { ...result, errors: errors.flatMap(placed).slice(0, MAX_ERRORS) };
}
