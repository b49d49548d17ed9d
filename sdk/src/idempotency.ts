import type { Variables } from './options.ts';
import type { AnyDocument } from './typed-document.ts';

const isRecord = (value: unknown): value is Variables => typeof value === 'object' && value !== null;

const valueAt = (variables: unknown, [name, ...rest]: readonly string[]): unknown =>
  name === undefined ? variables : isRecord(variables) ? valueAt(variables[name], rest) : undefined;

/** A copy with one value set; what is no object on the way stays as it is, for the server to refuse. */
function withValueAt(variables: unknown, [name, ...rest]: readonly string[], value: string): unknown {
  if (name === undefined) return value;
  return isRecord(variables) ? { ...variables, [name]: withValueAt(variables[name], rest, value) } : variables;
}

/** Texts of operations are not parsed here: one that merely mentions the word is taken for a mutation, which is safe. */
const isMutation = (text: string) => /\bmutation\b/.test(text);

const holdsKey = (variables: Variables) =>
  typeof (valueAt(variables, ['idempotencyKey']) ?? valueAt(variables, ['input', 'idempotencyKey'])) === 'string';

export interface Repeatable {
  readonly variables: Variables;
  /** Whether a second attempt cannot do the work twice. */
  readonly repeatable: boolean;
}

/** Gives a generated mutation its idempotencyKey, where it takes one and the caller gave none, and says if it may be repeated. */
export function makeRepeatable(document: AnyDocument | string, given: Variables, newKey: () => string): Repeatable {
  const path = typeof document === 'string' ? undefined : document.__meta__?.idempotencyKey;
  const keyed = path && (valueAt(given, path) ?? null) === null ? withValueAt(given, path, newKey()) : given;
  const variables = isRecord(keyed) ? keyed : given;
  return { variables, repeatable: !isMutation(document.toString()) || holdsKey(variables) };
}
