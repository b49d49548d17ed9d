import { createHash } from 'node:crypto';

/** The newest version of a prompt, as the server has it. */
export interface Newest {
  readonly template: string;
  readonly version: number;
}

/** The version that a file was last seen to be, by its number and the SHA-256 of its template in hexadecimal. */
export interface Base {
  readonly version: number;
  readonly hash: string;
}

export const baseOf = ({ template, version }: Newest): Base => ({
  version,
  hash: createHash('sha256').update(template).digest('hex'),
});

const isUnchanged = (text: string, base: Base | undefined): boolean =>
  base !== undefined && baseOf({ template: text, version: base.version }).hash === base.hash;

/**
 * What pulling makes of a file. WRITTEN and UPDATED take the server's version; KEPT leaves what was changed here alone;
 * CONFLICT: it was changed here and on the server.
 *
 * @param text of the file; null: there is none
 * @param base undefined: the file was never seen to be a version
 */
export function decidePull(
  text: string | null,
  newest: Newest,
  base: Base | undefined,
): 'WRITTEN' | 'UNCHANGED' | 'UPDATED' | 'KEPT' | 'CONFLICT' {
  if (text === null) return 'WRITTEN';
  if (text === newest.template) return 'UNCHANGED';
  if (isUnchanged(text, base)) return 'UPDATED';
  return base?.version === newest.version ? 'KEPT' : 'CONFLICT';
}

/**
 * What pushing makes of a file. BEHIND: only the server has changed; CONFLICT: it has a version that the change here does not follow.
 *
 * @param newest undefined: the server has no such prompt
 */
export function decidePush(
  text: string,
  newest: Newest | undefined,
  base: Base | undefined,
): 'MADE' | 'UNCHANGED' | 'SAVED' | 'BEHIND' | 'CONFLICT' {
  if (!newest) return 'MADE';
  if (text === newest.template) return 'UNCHANGED';
  if (base?.version === newest.version) return 'SAVED';
  return isUnchanged(text, base) ? 'BEHIND' : 'CONFLICT';
}
