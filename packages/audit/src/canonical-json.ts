import type { JsonValue } from '@rae/kernel';

/**
 * The one text of a JSON value, whatever the order of its keys: JSON Canonicalization Scheme (RFC 8785), keys sorted by
 * UTF-16 units, no white space, numbers and strings as ECMAScript writes them. The same before it is stored as jsonb and
 * after.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
