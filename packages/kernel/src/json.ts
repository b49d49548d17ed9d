import { badInput } from './platform-error.ts';
import { checkText } from './text.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** Limits of `scalar JSON` in the contract. */
export const MAX_JSON_BYTES = 65_536;
export const MAX_JSON_DEPTH = 32;

function checkNode(field: string, value: unknown, depth: number): void {
  if (depth > MAX_JSON_DEPTH)
    throw badInput(field, `is nested deeper than ${MAX_JSON_DEPTH} levels`, { limit: MAX_JSON_DEPTH });
  if (typeof value === 'string') checkText(field, value, MAX_JSON_BYTES, 0);
  else if (typeof value === 'number' && !Number.isFinite(value))
    throw badInput(field, 'holds a number that is not finite');
  else if (Array.isArray(value)) for (const item of value) checkNode(field, item, depth + 1);
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) {
      checkText(field, key, MAX_JSON_BYTES, 0);
      checkNode(field, item, depth + 1);
    }
}

/**
 * Checks a JSON value that is to be stored: at most 64 KiB and 32 levels, no NUL or unpaired surrogate in keys or texts.
 *
 * @throws BAD_USER_INPUT naming the field
 */
export function checkJson<T>(field: string, value: T): T {
  checkNode(field, value, 1);
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? 'null');
  if (bytes > MAX_JSON_BYTES)
    throw badInput(field, `takes ${bytes} bytes; at most ${MAX_JSON_BYTES} are allowed`, {
      limit: MAX_JSON_BYTES,
      given: bytes,
    });
  return value;
}
