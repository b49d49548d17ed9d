import { expect, test } from '@jest/globals';
import type { CorpusDocument } from './read-corpus.ts';
import { toMemories, toMemory } from './to-memory.ts';

const turn: CorpusDocument = {
  id: 'c1/1',
  text: 'Hello!',
  scope: 'c1',
  session: 's1',
  speaker: 'Ann',
  role: 'USER',
  occurredAt: new Date('2023-05-08T13:56:00Z'),
};

test('a turn is EPISODIC, in a session that names its scope', () => {
  expect(toMemory(turn, 'talk.jsonl')).toEqual({
    id: 'c1/1',
    input: {
      content: 'Hello!',
      layer: 'EPISODIC',
      source: 'talk.jsonl#c1/1',
      sessionId: 'c1/s1',
      speaker: 'Ann',
      role: 'USER',
      occurredAt: '2023-05-08T13:56:00.000Z',
    },
  });
});

test('a session of the scope that texts are in by default keeps its name', () => {
  expect(toMemory({ ...turn, scope: 'all' }, 'talk.jsonl').input.sessionId).toBe('s1');
});

test('a text without a session is SEMANTIC, and what it does not say is left out', () => {
  const document = { ...turn, session: null, speaker: null, role: null, occurredAt: null };
  expect(toMemory(document, 'corpus.jsonl').input).toEqual({
    content: 'Hello!',
    layer: 'SEMANTIC',
    source: 'corpus.jsonl#c1/1',
  });
});

test('sections of a document are SEMANTIC, numbered, with their headings in the metadata', () => {
  expect(toMemories('# Leave\n\nShort.\n\n## Holiday\n\n26 days.', 'leave.md')).toEqual([
    {
      id: 'leave.md#1',
      input: { content: 'Leave\n\nShort.', layer: 'SEMANTIC', source: 'leave.md', metadata: { headings: ['Leave'] } },
    },
    {
      id: 'leave.md#2',
      input: {
        content: 'Leave › Holiday\n\n26 days.',
        layer: 'SEMANTIC',
        source: 'leave.md',
        metadata: { headings: ['Leave', 'Holiday'] },
      },
    },
  ]);
});
