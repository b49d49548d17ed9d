import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestTenant } from '@rae/testkit';

const FIELDS = `id dataset cases recallAt5 recallAt10 recallAt20 mrr ndcgAt10 latencyP50Ms latencyP95Ms settings cost { id calls }
  results { query recallAt10 reciprocalRank relevantMemoryIds foundMemoryIds }`;
const RUN = `mutation ($input: RunEvaluationInput!) { runEvaluation(input: $input) { cursor evaluation { ${FIELDS} } } }`;

let tenant: TestTenant;
let ids: string[];
beforeAll(async () => {
  tenant = await createTestTenant();
  const { createMemories } = await tenant.client.ask(
    'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { results { memory { id } } } }',
    {
      inputs: ['The kiln burns at 1 200 degrees.', 'Pear trees blossom in April.', 'The ferry leaves at nine.'].map(
        (content) => ({ projectId: tenant.projectId, content }),
      ),
    },
  );
  ids = createMemories.results.map(({ memory }: { memory: { id: string } }) => memory.id);
});
const run = async (more: object = {}) =>
  (await tenant.client.ask(RUN, { input: { projectId: tenant.projectId, dataset: 'pottery', ...more } })).runEvaluation;
const cases = () => [
  { query: 'How hot does the kiln burn?', relevantMemoryIds: [ids[0]] },
  { query: 'When does the ferry leave?', relevantMemoryIds: [ids[1]] },
  { query: 'When do pear trees blossom?', relevantMemoryIds: [ids[1], ids[0]] },
];

describe('runEvaluation', () => {
  test('measures 3 cases, keeps them worst first, and is listed by its dataset', async () => {
    const { evaluation, cursor } = await run({ cases: cases(), search: { limit: 1, signals: ['LEXICAL'] } });
    expect(cursor).toEqual(expect.any(String));
    expect(evaluation).toMatchObject({
      dataset: 'pottery',
      cases: 3,
      recallAt5: 0.5,
      recallAt10: 0.5,
      recallAt20: 0.5,
    });
    expect(evaluation.mrr).toBeCloseTo(2 / 3, 6);
    expect(evaluation.latencyP95Ms).toBeGreaterThanOrEqual(evaluation.latencyP50Ms);
    expect(evaluation.settings).toMatchObject({
      search: { limit: 1, signals: ['LEXICAL'] },
      embedder: 'local/use-lite-int8',
    });
    expect(evaluation.cost).toEqual({ id: `evaluation:${evaluation.id}`, calls: 0 });
    expect(evaluation.results.map(({ query }: { query: string }) => query)).toEqual([
      'When does the ferry leave?',
      'When do pear trees blossom?',
      'How hot does the kiln burn?',
    ]);
    const { evaluations } = await tenant.client.ask(
      `{ evaluations(dataset: "pottery") { nodes { ${FIELDS} } totalCount } }`,
    );
    expect(evaluations).toEqual({ nodes: [evaluation], totalCount: 1 });
  });

  test('gives the first result again under its key', async () => {
    const input = { dataset: 'again', cases: cases(), idempotencyKey: 'again' };
    expect(await run(input)).toEqual(await run(input));
    const { evaluations } = await tenant.client.ask('{ evaluations(dataset: "again") { totalCount } }');
    expect(evaluations.totalCount).toBe(1);
  });

  test('refuses a relevant memory of another tenant with NOT_FOUND', async () => {
    const other = await createTestTenant();
    const input = { projectId: other.projectId, dataset: 'd', cases: cases() };
    expect(await other.client.codeOf(RUN, { input })).toBe('NOT_FOUND');
  });

  test.each([
    ['no case', { cases: [] }, 'input.cases'],
    [
      '1 001 cases',
      { cases: Array.from({ length: 1_001 }, () => ({ query: 'x', relevantMemoryIds: ['x'] })) },
      'input.cases',
    ],
    [
      'a case without a relevant memory',
      { cases: [{ query: 'x', relevantMemoryIds: [] }] },
      'input.cases[0].relevantMemoryIds',
    ],
    [
      'an id that is no UUID',
      { cases: [{ query: 'x', relevantMemoryIds: ['x'] }] },
      'input.cases[0].relevantMemoryIds',
    ],
    ['a blank query', { cases: [{ query: ' ', relevantMemoryIds: ['x'] }] }, 'input.cases[0].query'],
    ['a blank dataset', { dataset: ' ' }, 'input.dataset'],
    ['a limit of 0', { search: { limit: 0 } }, 'input.search.limit'],
  ])('refuses %s with BAD_USER_INPUT naming the field', async (_, more, field) => {
    const input = { projectId: tenant.projectId, dataset: 'd', cases: cases(), ...more };
    const { errors } = await tenant.client.send(RUN, { input });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });
});
