/** "Name: " at the start of a turn: one to four words, each beginning with a capital letter or a digit, at most 60 characters. */
const PREFIX = /^([\p{Lu}\p{N}][\p{L}\p{N}'’.-]*(?: [\p{Lu}\p{N}][\p{L}\p{N}'’.-]*){0,3}): \S/u;
const MAX_NAME = 60;
const LOOKED_AT = 256;

/** Who speaks a turn, where its text begins with a name and a colon; null otherwise. */
export function speakerOf(content: string): string | null {
  const name = PREFIX.exec(content.slice(0, LOOKED_AT))?.[1];
  return name !== undefined && name.length <= MAX_NAME ? name : null;
}
