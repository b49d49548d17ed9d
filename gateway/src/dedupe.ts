import type { GraphQLFormattedError } from 'graphql';
import type { TransportResult } from './transport.ts';

/** unique: each representation once, in order of first use. positions[i]: where the i-th asked for stands in `unique`. */
export interface Deduped {
  readonly unique: readonly unknown[];
  readonly positions: readonly number[];
}

/**
 * Representations that are equal as JSON are asked for once: a list of 50 memories of one project asks for that project
 * once. Null when all differ.
 */
export function dedupe(representations: readonly unknown[]): Deduped | null {
  const places = new Map<string, number>();
  const unique: unknown[] = [];
  const positions = representations.map((representation) => {
    const key = JSON.stringify(representation);
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, unique.length);
    unique.push(representation);
    return unique.length - 1;
  });
  return unique.length === representations.length ? null : { unique, positions };
}

function scatterError(error: GraphQLFormattedError, positions: readonly number[]): GraphQLFormattedError[] {
  const [field, place, ...rest] = error.path ?? [];
  if (field !== '_entities' || typeof place !== 'number') return [error];
  return positions.flatMap((from, to) => (from === place ? [{ ...error, path: [field, to, ...rest] }] : []));
}

/**
 * Gives every position the answer of its representation: the first its own, each further one a copy, since the gateway
 * merges into what it is given. Errors of an entity are told once for every position it stands at.
 */
export function scatter(result: TransportResult, positions: readonly number[]): TransportResult {
  const { data, errors } = result;
  const entities = data?._entities;
  const given = new Set<number>();
  const answer = (from: number, list: readonly unknown[]) => {
    if (given.has(from)) return structuredClone(list[from]);
    given.add(from);
    return list[from];
  };
  return {
    ...result,
    ...(Array.isArray(entities) ? { data: { ...data, _entities: positions.map((p) => answer(p, entities)) } } : {}),
    ...(errors ? { errors: errors.flatMap((error) => scatterError(error, positions)) } : {}),
  };
}
