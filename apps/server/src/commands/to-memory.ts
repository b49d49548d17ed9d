import { cutMarkdown } from './cut-markdown.ts';
import type { MemoryToLoad } from './load-memories.ts';
import { type CorpusDocument, DEFAULT_SCOPE } from './read-corpus.ts';

/** Two scopes may number their sessions alike. */
const sessionOf = ({ scope, session }: CorpusDocument): string | null =>
  session === null || scope === DEFAULT_SCOPE ? session : `${scope}/${session}`;

/**
 * A text of a corpus as a memory: EPISODIC where it is a turn of a conversation, SEMANTIC where it stands alone.
 *
 * @param file the name of the file that it stands in
 */
export function toMemory(document: CorpusDocument, file: string): MemoryToLoad {
  const { id, text, speaker, role, occurredAt } = document;
  const sessionId = sessionOf(document);
  return {
    id,
    input: {
      content: text,
      layer: sessionId === null ? 'SEMANTIC' : 'EPISODIC',
      source: `${file}#${id}`,
      ...(sessionId === null ? {} : { sessionId }),
      ...(speaker === null ? {} : { speaker }),
      ...(role === null ? {} : { role }),
      ...(occurredAt === null ? {} : { occurredAt: occurredAt.toISOString() }),
    },
  };
}

/**
 * The sections of a Markdown document as memories, with their headings in the metadata.
 *
 * @param file the name of its file
 */
export function toMemories(markdown: string, file: string): MemoryToLoad[] {
  return cutMarkdown(markdown).map(({ headings, text }, at) => ({
    id: `${file}#${at + 1}`,
    input: { content: text, layer: 'SEMANTIC', source: file, metadata: { headings } },
  }));
}
