import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestTenant } from '@rae/testkit';

const REFLECT = `mutation ($input: GenerateReflectionInput!) { generateReflection(input: $input) { cursor
  reflections { id layer content summary userId metadata occurredAt sources { id content } } } }`;

interface Reflection {
  id: string;
  layer: string;
  content: string;
  summary: string;
  userId: string | null;
  occurredAt: string;
  metadata: { reflection: { level: number; sentences: { start: number; end: number; sourceIds: string[] }[] } };
  sources: { id: string; content: string }[];
}

const POTTERY = [
  'Mel: I signed up for a pottery class on Tuesday evenings.',
  'Mel: The pottery class was fun, we shaped clay bowls all evening.',
  'Mel: My clay bowls from the pottery class came out of the kiln today.',
  'Mel: I gave a clay bowl from pottery class to my sister.',
];
const BILLING = [
  'The billing service lost its database connection at 09:10.',
  'After the database failover the billing service answered again at 09:25.',
  'The billing service database pool was too small for the failover.',
];
const ALONE = ['The dentist moved to Elm Street.', 'Parking costs four dollars downtown.'];

/** One by one: each has its vector with it, so that groups do not hang on a job. */
const tell = async ({ client, projectId }: TestTenant, contents: readonly string[], more: object = {}) => {
  const ids: string[] = [];
  for (const content of contents) {
    const { createMemory } = await client.ask(
      'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }',
      { input: { projectId, content, ...more } },
    );
    ids.push(createMemory.memory.id);
  }
  return ids;
};
const reflectIn = async ({ client, projectId }: TestTenant, more: object = {}): Promise<Reflection[]> =>
  (await client.ask(REFLECT, { input: { projectId, ...more } })).generateReflection.reflections;
const headOf = (reflection: Reflection | undefined) => reflection?.content.split('\n')[0];
const deleteMemory = ({ client }: TestTenant, id: string) =>
  client.ask('mutation ($id: ID!) { deleteMemory(id: $id) { id } }', { id });

describe('generateReflection without a language model', () => {
  let tenant: TestTenant;
  let made: Reflection[];
  let pottery: string[];
  beforeAll(async () => {
    tenant = await createTestTenant();
    pottery = await tell(tenant, POTTERY, { userId: 'mel' });
    await tell(tenant, [...BILLING, ...ALONE]);
    made = await reflectIn(tenant, { idempotencyKey: 'first' });
  });

  test('writes one reflection for each of 2 groups, with its sources, and none of what belongs nowhere', () => {
    expect(made.map(({ sources }) => sources.map(({ content }) => content))).toEqual([POTTERY, BILLING]);
    expect(made[0]).toMatchObject({ layer: 'REFLECTIVE', userId: 'mel' });
    expect(headOf(made[0])).toContain('pottery');
    expect(headOf(made[1])).toContain('billing');
    expect(made.map(({ summary }) => summary)).toEqual(made.map(headOf));
  });

  test('links every sentence to its sources by its place in the text', () => {
    for (const { content, metadata, sources } of made) {
      const { level, sentences } = metadata.reflection;
      expect([level, sentences.length > 1]).toEqual([1, true]);
      expect(sentences.map(({ start, end }) => content.slice(start, end)).join('\n')).toBe(content);
      for (const { start, end, sourceIds } of sentences.slice(1)) {
        const [source] = sources.filter(({ id }) => id === sourceIds[0]);
        const said = content.slice(start, end).replace(/^\w+, \d{4}-\d\d-\d\d: /, '');
        expect(source?.content).toContain(said);
      }
    }
  });

  test('is found by the very next search, and answers', async () => {
    const query = `query ($id: ID) { searchMemories(input: { query: "pottery class", filter: { projectId: $id, layers: [REFLECTIVE] } }) {
      hits { memory { id } } } }`;
    const { searchMemories } = await tenant.client.ask(query, { id: tenant.projectId });
    expect(searchMemories.hits[0].memory.id).toBe(made[0]?.id);
  });

  test('gives the first result again under its key, and reflects on nothing twice', async () => {
    expect(await reflectIn(tenant, { idempotencyKey: 'first' })).toEqual(made);
    expect(await reflectIn(tenant)).toEqual([]);
    const input = { projectId: tenant.projectId, idempotencyKey: 'first', focus: 'pottery' };
    expect(await tenant.client.codeOf(REFLECT, { input })).toBe('IDEMPOTENCY_CONFLICT');
  });

  test('is gone with any of its sources, which it quotes', async () => {
    await deleteMemory(tenant, pottery[1] ?? '');
    const query = 'query ($id: ID!) { memory(id: $id) { id } }';
    expect(await tenant.client.codeOf(query, { id: made[0]?.id })).toBe('NOT_FOUND');
    expect((await tenant.client.ask(query, { id: made[1]?.id })).memory.id).toBe(made[1]?.id);
    expect((await reflectIn(tenant)).map(({ sources }) => sources.length)).toEqual([3]);
  });
});

describe('generateReflection', () => {
  test('reflects on reflections a level higher, and none is its own source', async () => {
    const tenant = await createTestTenant();
    for (const week of ['first', 'second', 'third']) {
      await tell(
        tenant,
        POTTERY.map((content) => content.replace('Mel: ', `Mel: In the ${week} week, `)),
      );
      expect(await reflectIn(tenant, { filter: { layers: ['EPISODIC'] } })).toHaveLength(1);
    }
    const [higher, ...more] = await reflectIn(tenant);
    expect(more).toEqual([]);
    expect([higher?.metadata.reflection.level, higher?.sources.length]).toEqual([2, 3]);
    expect(higher?.sources.map(({ id }) => id)).not.toContain(higher?.id);
  });

  test('keeps to its focus and its filter', async () => {
    const tenant = await createTestTenant();
    await tell(tenant, POTTERY, { userId: 'mel' });
    await tell(tenant, BILLING, { userId: 'ops' });
    const [focused, ...none] = await reflectIn(tenant, { focus: 'billing service database' });
    expect([focused?.sources.map(({ content }) => content), none]).toEqual([BILLING, []]);
    expect(await reflectIn(tenant, { filter: { userId: 'nobody' } })).toEqual([]);
    expect((await reflectIn(tenant, { filter: { userId: 'mel' } })).map(({ userId }) => userId)).toEqual(['mel']);
  });

  test('states in Polish what Polish memories have in common', async () => {
    const tenant = await createTestTenant();
    await tell(tenant, [
      'Kupiliśmy nowy rower górski dla Zosi na urodziny.',
      'Zosia dostała na urodziny rower górski i kask.',
      'Rower górski Zosi ma przebitą dętkę, urodziny były wczoraj.',
    ]);
    const [reflection] = await reflectIn(tenant);
    expect(headOf(reflection)).toMatch(/^Wspomnienia .* łączy: .*rower/i);
  });

  test('of an empty project writes nothing', async () => {
    const { client, projectId } = await createTestTenant();
    const { generateReflection } = await client.ask(REFLECT, { input: { projectId } });
    expect(generateReflection).toEqual({ reflections: [], cursor: null });
  });

  test.each([
    ['maxMemories 0', { maxMemories: 0 }, 'input.maxMemories'],
    ['maxMemories 201', { maxMemories: 201 }, 'input.maxMemories'],
    ['a blank focus', { focus: ' ' }, 'input.focus'],
    ['a userId of 257 characters', { userId: 'x'.repeat(257) }, 'input.userId'],
    ['no project with a key of the whole tenant', { projectId: null }, 'input.projectId'],
  ])('refuses %s with BAD_USER_INPUT naming the field', async (_, more, field) => {
    const { client, projectId } = await createTestTenant();
    const { errors } = await client.send(REFLECT, { input: { projectId, ...more } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });
});
