import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, createClient } from '@rae/sdk';
import { createTestTenant, type TestTenant } from '@rae/testkit';

let tenant: TestTenant;
let rae: Client;
let memoryId: string;
let documentId: string;
beforeAll(async () => {
  tenant = await createTestTenant();
  rae = createClient({ url: tenant.client.url, key: tenant.client.key });
  const { projectId } = tenant;
  const first = await rae.createMemory({ projectId, layer: 'SEMANTIC', content: 'The harbour office opens at 8.' });
  memoryId = first.memory.id;
  const { document } = await rae.ingestDocument({ projectId, title: 'Mooring', uri: 'mooring', content: 'One rope.' });
  expect(document.version).toBe(1);
  const again = await rae.ingestDocument({ projectId, title: 'Mooring', uri: 'mooring', content: 'Two ropes, then.' });
  documentId = again.document.id;
});

describe('methods of the SDK', () => {
  test('leave out what costs another look, and bring it where it is asked for', async () => {
    expect(await rae.memory({ id: memoryId })).not.toHaveProperty('history');
    await rae.updateMemory({ id: memoryId, tags: ['harbour'] });
    expect(await rae.memory({ id: memoryId, details: true, first: 5 })).toMatchObject({
      project: { id: tenant.projectId },
      history: [{ change: 'UPDATED', before: { tags: [] }, after: { tags: ['harbour'] } }],
      sources: [],
      document: null,
      supersededBy: null,
      cost: { id: `memory:${memoryId}`, totalUsd: expect.any(String) },
    });
    expect(await rae.document(documentId)).not.toHaveProperty('chunks');
    const { previousVersion, chunks } = await rae.document(documentId, { details: true, first: 1 });
    expect([previousVersion?.version, chunks?.nodes[0]?.chunkIndex, chunks?.pageInfo.hasNextPage]).toEqual([
      1,
      0,
      false,
    ]);
  });

  test('give a search with its tokens, reranker, cost, and as a block for a prompt in the format that is asked for', async () => {
    const query = { query: 'when does the harbour office open' };
    expect(await rae.searchMemories(query)).not.toHaveProperty('prompt');
    const found = await rae.searchMemories(query, { prompt: true, promptFormat: 'JSON', promptTokens: 500 });
    expect(JSON.parse(found.prompt ?? '')).toMatchObject({
      memories: [{ content: 'The harbour office opens at 8.' }, {}],
    });
    expect(found.hits[0]).toMatchObject({ tokens: expect.any(Number), rerankScore: null });
    expect(found.cost).toBeNull();
  });

  test('name what is similar to what was written, and the memories that an answer cites', async () => {
    const { projectId } = tenant;
    const content = 'The harbour office opens at 9.';
    const { similar } = await rae.createMemory({ projectId, layer: 'SEMANTIC', content }, { similar: true });
    expect(similar?.map(({ id }) => id)).toEqual([memoryId]);
    const { answer } = await rae.ask({ projectId, question: 'When does the harbour office open?' });
    const { citations } = await rae.answer(answer.id, { details: true });
    expect(citations[0]?.memory?.content).toContain('The harbour office opens');
  });

  test('count a list, tell the tenant’s stats by the days asked for, and a cost with its lines and budgets', async () => {
    expect(await rae.memories()).not.toHaveProperty('totalCount');
    expect((await rae.memories({ count: true })).totalCount).toBe(3);
    expect((await rae.memoryStats({ days: 3, first: 1 })).timeline).toHaveLength(3);
    expect(await rae.cost(`memory:${memoryId}`, { details: true, first: 1 })).toMatchObject({ log: [], budgets: [] });
    expect(await rae.tenant({ details: true })).toMatchObject({
      stats: { tenantId: tenant.tenantId },
      projects: { nodes: [{ id: tenant.projectId }] },
    });
  });
});
