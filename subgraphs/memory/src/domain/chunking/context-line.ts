import { PATH_SEPARATOR } from './block.ts';

/** What is put before a chunk when it is embedded and searched for, but not stored in its content; null: nothing. */
export function contextLine(title: string, section: string | null): string {
  return section === null || section === title
    ? title
    : section.startsWith(`${title}${PATH_SEPARATOR}`)
      ? section
      : `${title}${PATH_SEPARATOR}${section}`;
}

/** The text that search and embeddings see of a chunk: its context line above it. */
export const contextualText = (content: string, context: string | null): string =>
  context === null ? content : `${context}\n\n${content}`;
