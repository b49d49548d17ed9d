import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type MemoryService, openMemoryService } from '../performance/lib/memory-service.ts';

const SAID = 'wombat4713';

interface Recorded {
  readonly type: string;
  readonly payload: object;
}

let memory: MemoryService;
beforeAll(async () => {
  memory = await openMemoryService();
}, 60_000);
afterAll(() => memory.close());

const mutate = async (field: string, args: object): Promise<ReturnType<typeof JSON.parse>> =>
  memory.call('Mutation', field, args);
const create = async (content: string, more: object = {}): Promise<string> => {
  const input = { projectId: memory.projectId, layer: 'EPISODIC', content, tags: ['t'], ...more };
  return (await mutate('createMemory', { input })).memory.id;
};

/** What the log has got since it was last asked. */
let asked = '0';
async function recorded(): Promise<Recorded[]> {
  const rows = await memory.db.as(memory.caller, (tx) =>
    tx.query<Recorded & { place: string }>(
      'select seq::text as place, type, payload from platform.events where tenant_id = $1 and seq > $2 order by seq',
      [memory.caller.tenantId, asked],
    ),
  );
  asked = rows.at(-1)?.place ?? asked;
  return rows;
}
const typesOf = async (): Promise<string[]> => (await recorded()).map(({ type }) => type);

describe('the log gets from', () => {
  test('a write, a change, being told again, a replacement, an archiving, a restoring and a deletion one event each', async () => {
    const id = await create(`The ${SAID} digs.`, { layer: 'SEMANTIC' });
    expect(await recorded()).toMatchObject([
      { type: 'memory.created', payload: { memoryId: id, layer: 'SEMANTIC', embedded: true } },
    ]);
    await mutate('updateMemory', { input: { id, importance: 0.1 } });
    expect(await recorded()).toMatchObject([{ type: 'memory.updated', payload: { memoryId: id, version: 2 } }]);
    await create(`the  ${SAID} digs`, { layer: 'SEMANTIC' });
    expect(await recorded()).toMatchObject([{ type: 'memory.strengthened', payload: { memoryId: id } }]);
    const by = { layer: 'SEMANTIC', content: `The ${SAID} sleeps.` };
    const { memory: heir } = await mutate('supersedeMemory', { id, by });
    expect(await recorded()).toMatchObject([
      { type: 'memory.created', payload: { memoryId: heir.id } },
      { type: 'memory.superseded', payload: { memoryId: id } },
    ]);
    await mutate('restoreMemory', { id });
    await mutate('archiveMemory', { id, reason: SAID });
    await mutate('archiveMemory', { id, reason: SAID });
    await mutate('deleteMemory', { id });
    expect(await typesOf()).toEqual(['memory.restored', 'memory.archived', 'memory.erased']);
  });

  test('feedback, an answer, an evaluation and a reflection what came of each', async () => {
    const content = (day: string) => `The ${SAID} burrow near the river flooded on ${day}.`;
    const ids = [await create(content('Monday')), await create(content('Friday')), await create(content('Sunday'))];
    await recorded();
    await mutate('giveFeedback', { input: { memoryId: ids[0], score: 1, comment: SAID } });
    expect(await recorded()).toMatchObject([
      { type: 'memory.updated', payload: { memoryId: ids[0] } },
      { type: 'feedback.received', payload: { memoryId: ids[0], score: 1 } },
    ]);
    const question = `When did the ${SAID} burrow flood?`;
    const { answer } = await mutate('ask', { input: { projectId: memory.projectId, question, maxOutputTokens: 100 } });
    expect(await recorded()).toMatchObject([
      { type: 'answer.completed', payload: { answerId: answer.id, status: 'ANSWERED' } },
    ]);
    const cases = [{ query: question, relevantMemoryIds: ids }];
    const { evaluation } = await mutate('runEvaluation', {
      input: { projectId: memory.projectId, dataset: 'd', cases },
    });
    expect(await recorded()).toMatchObject([
      { type: 'evaluation.completed', payload: { evaluationId: evaluation.id, recallAt10: 1 } },
    ]);
    const { reflections } = await mutate('generateReflection', {
      input: { projectId: memory.projectId, maxMemories: 50 },
    });
    expect(await recorded()).toMatchObject([
      { type: 'memory.created', payload: { memoryId: reflections[0].id, layer: 'REFLECTIVE' } },
      { type: 'reflection.created', payload: { memoryId: reflections[0].id, sources: 3, level: 1 } },
    ]);
  });

  test('a document its version and its chunks, from the next version their archiving, and from its end their erasure', async () => {
    const input = (content: string) => ({
      input: {
        projectId: memory.projectId,
        collection: 'default',
        title: SAID,
        uri: SAID,
        mimeType: 'text/plain',
        content,
      },
    });
    const { document } = await mutate('ingestDocument', input(`A ${SAID} eats.`));
    expect(await recorded()).toMatchObject([
      { type: 'memory.created', payload: { documentId: document.id, embedded: false } },
      { type: 'document.ingested', payload: { documentId: document.id, version: 1, chunks: 1, archived: 0 } },
    ]);
    await mutate('ingestDocument', input(`A ${SAID} eats.`));
    expect(await typesOf()).toEqual([]);
    const { document: next } = await mutate('ingestDocument', input(`A ${SAID} drinks.`));
    expect(await typesOf()).toEqual(['memory.archived', 'memory.created', 'document.ingested']);
    await mutate('deleteDocument', { id: next.id, allVersions: true });
    const ends = ['memory.erased', 'document.deleted'];
    expect(await typesOf()).toEqual([...ends, ...ends]);
  });

  test('all of it no word of what was said', async () => {
    asked = '0';
    const events = await recorded();
    expect(events.length).toBeGreaterThan(20);
    expect(events.filter((event) => JSON.stringify(event).includes(SAID))).toEqual([]);
  });
});
