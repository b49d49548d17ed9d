import { cutMarkdown } from './cut-markdown.ts';
import type { MemoryToLoad } from './load-memories.ts';
import type { CorpusDocument } from './read-corpus.ts';

/**
 * A text of a corpus as a memory: EPISODIC where it is a turn of a conversation, SEMANTIC where it stands alone.
 *
 * @param source where it came from, such as the name of its file
 */
export function toMemory(document: CorpusDocument, source: string): MemoryToLoad {
  const { id, text, scope, session, speaker, role, occurredAt } = document;
  const sessionId = session === null ? null : `${scope}/${session}`; // two scopes may number their sessions alike
  return {
    id,
    input: {
      content: text,
      layer: sessionId === null ? 'SEMANTIC' : 'EPISODIC',
      source,
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
 * @param source where it came from, such as the name of its file
 */
export function toMemories(markdown: string, source: string): MemoryToLoad[] {
  return cutMarkdown(markdown).map(({ headings, text }, at) => ({
    id: `${source}#${at + 1}`,
    input: { content: text, layer: 'SEMANTIC', source, metadata: { headings } },
  }));
}
