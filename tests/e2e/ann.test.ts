import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type Installation, startInstallation, type TestTenant } from '@rae/testkit';
import { questionOf, textOf } from '../performance/lib/texts.ts';

const ROWS = 300;
const QUESTIONS = 20;
const LEFT = 'a search index leaves its vectors to pgvector';
const CREATE = `mutation ($inputs: [CreateMemoryInput!]!) {
  createMemories(inputs: $inputs) { results { memory { id } } }
}`;
const SEARCH = `query ($input: SearchMemoriesInput!) { searchMemories(input: $input) {
  degraded { part reason }
  hits { score memory { id content } signals { signal rank rawScore contribution } } } }`;

/** One whose vectors fit into no index, and the one that all tests share. */
let tiny: Installation;
let left: TestTenant;
let kept: TestTenant;
let ids: string[];

const search = async (of: TestTenant, query: string, more: object = {}): Promise<Data> =>
  (await of.client.ask(SEARCH, { input: { query, limit: 10, ...more } })).searchMemories;
const contentsOf = ({ hits }: Data): string[] => hits.map(({ memory }: Data) => memory.content);

async function fill({ client, projectId }: TestTenant): Promise<string[]> {
  const inputs = Array.from({ length: ROWS }, (_, n) => ({
    projectId,
    content: textOf(n * 7),
    sessionId: `s${Math.floor(n / 20)}`,
    tags: [`t${n % 3}`],
    occurredAt: new Date(Date.UTC(2026, 0, 1) + n * 1_800_000).toISOString(),
  }));
  const { createMemories } = await client.ask(CREATE, { inputs });
  return createMemories.results.map(({ memory }: Data) => memory.id);
}

/** Searches until nothing is missing, and in the tiny one until pgvector is asked. */
async function settle(): Promise<void> {
  while ((await search(kept, 'anything?')).degraded.length > 0);
  while ((await search(left, 'anything?')).degraded.length > 0 || !tiny.log().includes(LEFT));
}

beforeAll(async () => {
  tiny = await startInstallation({ RAE_INDEX_MEMORY: '0MB', RAE_LOG_LEVEL: 'debug' });
  left = await createTestTenant(tiny);
  kept = await createTestTenant();
  [ids] = await Promise.all([fill(left), fill(kept)]);
  await settle();
}, 120_000);
afterAll(() => tiny.stop());

describe('a project whose vectors do not fit into RAE_INDEX_MEMORY', () => {
  test.each<[string, object]>([
    ['without a filter', {}],
    ['under a filter', { filter: { tags: ['t1'] } }],
    ['by meaning alone', { signals: ['VECTOR'] }],
    ['chosen for variety', { diversity: 0.5 }],
  ])(
    'gives the same ten hits with the same scores as one whose vectors do, on 0.9 of 20 questions, %s',
    async (_, more) => {
      let same = 0;
      for (let n = 0; n < QUESTIONS; n++) {
        const [one, other] = [
          await search(left, questionOf(n * 91), more),
          await search(kept, questionOf(n * 91), more),
        ];
        expect(one.hits).toHaveLength(10);
        if (contentsOf(one).join() !== contentsOf(other).join()) continue;
        same++;
        for (const [at, hit] of one.hits.entries()) expect(hit.score).toBeCloseTo(other.hits[at].score, 3);
      }
      expect(same).toBeGreaterThanOrEqual(0.9 * QUESTIONS);
    },
  );

  test('explains each hit by words and by its cosine, in shares that add up to its score', async () => {
    const { hits, degraded } = await search(left, questionOf(91));
    expect(degraded).toEqual([]);
    for (const { score, signals } of hits) {
      expect(signals.map(({ signal }: Data) => signal)).toEqual(['LEXICAL', 'VECTOR']);
      const [, { rank, rawScore }] = signals;
      expect([rank > 0, Math.abs(rawScore) <= 1.01, rawScore !== 0]).toEqual([true, true, true]);
      expect(signals.reduce((sum: number, { contribution }: Data) => sum + contribution, 0)).toBeCloseTo(score, 6);
    }
  });

  test('finds by meaning what is written from there on, and never again what is archived or deleted', async () => {
    const content = 'The orchestra rehearses a symphony in the concert hall.';
    const question = 'Where do musicians practise?';
    const only = { signals: ['VECTOR'] };
    await left.client.ask(CREATE, { inputs: [{ projectId: left.projectId, content }] });
    while ((await search(left, question, only)).degraded.length > 0);
    const found = await search(left, question, only);
    expect(contentsOf(found)).toContain(content);
    const { id } = found.hits.find(({ memory }: Data) => memory.content === content).memory;

    await left.client.ask('mutation ($id: ID!) { archiveMemory(id: $id) { memory { id } } }', { id });
    expect(contentsOf(await search(left, question, only))).not.toContain(content);
    await left.client.ask('mutation ($id: ID!) { restoreMemory(id: $id) { memory { id } } }', { id });
    expect(contentsOf(await search(left, question, only))).toContain(content);
    for (const gone of [id, ids[13]])
      await left.client.ask('mutation ($id: ID!) { deleteMemory(id: $id) { id } }', { id: gone });
    expect(contentsOf(await search(left, question, only))).not.toContain(content);
    expect(contentsOf(await search(left, textOf(13 * 7), only))).not.toContain(textOf(13 * 7));
    expect(contentsOf(await search(left, textOf(14 * 7), only))).toContain(textOf(14 * 7));
  });

  test('gives way to another project and is loaded again, three times in turns, with the same answers', async () => {
    const other = await createTestTenant(tiny);
    await fill(other);
    await search(other, questionOf(91), { signals: ['LEXICAL'] });
    const countLoads = () => tiny.log().split('a search index was loaded').length;
    const answers: Data[] = [];
    for (let turn = 0; turn < 3; turn++)
      for (const tenant of [left, other]) {
        const loads = countLoads();
        answers.push(await search(tenant, questionOf(91), { signals: ['LEXICAL'] }));
        while (countLoads() === loads) await new Promise(setImmediate); // told behind the answer, if at all
      }
    const [ofLeft, ofOther, ...later] = answers;
    expect(ofLeft.hits).toHaveLength(10);
    expect(later).toEqual([ofLeft, ofOther, ofLeft, ofOther]);
  });
});
