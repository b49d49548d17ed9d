import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, listen, type TestTenant, takeEvents } from '@rae/testkit';

const ANSWER = `id projectId status text groundedness model question tookMs timeToFirstTokenMs traceId sessionId failure { code }
  degraded { part } citations { index memoryId quote start end relevance verified memory { id content } }`;
const ASK = `mutation ($input: AskInput!) { ask(input: $input) { answer { ${ANSWER} } } }`;
const HEAR = `subscription ($input: AskInput!, $after: String) { askStream(input: $input, after: $after) {
  __typename cursor ... on AskRetrieved { answerId search { hits { memory { id } score } } } ... on AskDelta { text }
  ... on AskCompleted { answer { ${ANSWER} search { hits { memory { id content } } } } } } }`;

const TOLD = [
  { content: 'Ola: I moved to Gdańsk in March. The flat is near the shipyard.', sessionId: 'chat' },
  { content: 'Ben: Our billing service runs on Postgres 17. It fails over to Poznań.', sessionId: 'chat' },
  { content: 'Ben: Lunch was great today!', sessionId: 'chat' },
  { content: 'The release of version 4.2 is planned for 12 December 2026.', layer: 'SEMANTIC' },
  { content: 'Faktury wysyłamy do klientów w piątki. Termin płatności to np. 14 dni.', layer: 'SEMANTIC' },
];

let tenant: TestTenant;
let memoryIds: string[];
const askIn = async ({ client, projectId }: TestTenant, question: string, more: object = {}) =>
  (await client.ask(ASK, { input: { projectId, question, ...more } })).ask.answer;
const ask = (question: string, more: object = {}) => askIn(tenant, question, more);
const tell = async ({ client, projectId }: TestTenant, memories: readonly object[]): Promise<string[]> => {
  const { createMemories } = await client.ask(
    `mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { results { memory { id } } } }`,
    { inputs: memories.map((memory) => ({ projectId, ...memory })) },
  );
  return createMemories.results.map(({ memory }: { memory: { id: string } }) => memory.id);
};

beforeAll(async () => {
  tenant = await createTestTenant();
  memoryIds = await tell(tenant, TOLD);
});

describe('ask without a language model', () => {
  test('answers in the sentence that answers, with who said it, and cites its memory word for word', async () => {
    const answer = await ask('Which database does the billing service run on?');
    expect(answer).toMatchObject({
      status: 'ANSWERED',
      model: 'extractive',
      groundedness: 1,
      degraded: [],
      failure: null,
    });
    expect(answer.text).toMatch(/^Ben, \d{4}-\d\d-\d\d: Our billing service runs on Postgres 17\. \[1\]$/);
    const [citation] = answer.citations;
    expect(citation).toMatchObject({ index: 1, memoryId: memoryIds[1], verified: true, start: 5 });
    expect(citation.memory.content.slice(citation.start, citation.end)).toBe(citation.quote);
  });

  test('answers in Polish, and keeps a sentence whole across an abbreviation', async () => {
    const answer = await ask('Jaki jest termin płatności faktury?');
    expect(answer.status).toBe('ANSWERED');
    expect(answer.text).toContain('Termin płatności to np. 14 dni. [1]');
    expect(answer.citations[0].memoryId).toBe(memoryIds[4]);
  });

  test.each([
    ['What is the capital of Mongolia?', 'Nothing that is remembered answers this.'],
    ['Kto wygrał wybory w Mongolii w tym roku?', 'Nic z tego, co jest zapamiętane, na to nie odpowiada.'],
  ])('says of %s that nothing is known, without a citation', async (question, text) => {
    expect(await ask(question)).toMatchObject({ status: 'NOTHING_FOUND', text, citations: [], groundedness: 0 });
  });

  test('says so in a project without any memory', async () => {
    expect(await askIn(await createTestTenant(), 'Where does Ola live?')).toMatchObject({ status: 'NOTHING_FOUND' });
  });

  test('looks only where its filter lets it', async () => {
    const question = 'Which database does the billing service run on?';
    const search = { filter: { layers: ['SEMANTIC'] }, limit: 5 };
    expect(await ask(question, { search })).toMatchObject({ status: 'NOTHING_FOUND' });
  });

  test('says what it took, and is filed under its session and its trace', async () => {
    const answer = await ask('When is version 4.2 released?', { sessionId: 'desk' });
    expect(answer).toMatchObject({ sessionId: 'desk', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(answer.tookMs).toBeGreaterThanOrEqual(answer.timeToFirstTokenMs);
    const list = `query ($first: Int!, $after: String) { answers(sessionId: "desk", first: $first, after: $after) {
      nodes { id question } pageInfo { hasNextPage endCursor } totalCount } }`;
    await ask('Is version 4.2 planned for December 2026?', { sessionId: 'desk' });
    const { answers: newest } = await tenant.client.ask(list, { first: 1 });
    expect(newest).toMatchObject({ totalCount: 2, nodes: [{ question: 'Is version 4.2 planned for December 2026?' }] });
    const { answers: next } = await tenant.client.ask(list, { first: 1, after: newest.pageInfo.endCursor });
    expect(next).toMatchObject({ nodes: [{ id: answer.id }], pageInfo: { hasNextPage: false } });
  });

  test('is read again by its id, with the search that it was drawn from', async () => {
    const answer = await ask('Who runs the billing service on Postgres 17?');
    const { answer: again } = await tenant.client.ask(
      `query ($id: ID!) { answer(id: $id) { ${ANSWER} search { hits { memory { id } } } } }`,
      {
        id: answer.id,
      },
    );
    expect(again).toEqual({ ...answer, search: { hits: expect.arrayContaining([{ memory: { id: memoryIds[1] } }]) } });
  });
});

describe('ask under an idempotencyKey', () => {
  test('gives the first answer again, and refuses another question with IDEMPOTENCY_CONFLICT', async () => {
    const first = await ask('Where did Ola move?', { idempotencyKey: 'once' });
    expect(await ask('Where did Ola move?', { idempotencyKey: 'once' })).toEqual(first);
    const input = { projectId: tenant.projectId, question: 'Where did Ben move?', idempotencyKey: 'once' };
    expect(await tenant.client.codeOf(ASK, { input })).toBe('IDEMPOTENCY_CONFLICT');
  });

  test('makes one answer of 8 equal questions at once', async () => {
    const input = { projectId: tenant.projectId, question: 'Where is the flat?', idempotencyKey: 'eight' };
    const sent = await Promise.all(Array.from({ length: 8 }, () => tenant.client.send(ASK, { input })));
    const codes = new Set(sent.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code)));
    expect([...codes].filter((code) => code !== 'CONFLICT')).toEqual([]);
    const ids = new Set(sent.flatMap(({ data }) => data?.ask?.answer.id ?? []));
    expect(ids.size).toBe(1);
  });
});

describe('askStream', () => {
  const hear = (input: object, after?: string, client = tenant.client) =>
    listen(client, HEAR, { input: { projectId: tenant.projectId, ...input }, ...(after ? { after } : {}) });
  const all = async (messages: ReturnType<typeof hear>) => {
    const events = [];
    for await (const { event, data } of messages)
      if (event === 'next') events.push(data.data?.askStream ?? data.errors[0]);
    return events;
  };

  test('tells what was found, the text, and the whole, and ends', async () => {
    const events = await all(hear({ question: 'Where did Ola move?' }));
    expect(events.map(({ __typename }) => __typename)).toEqual(['AskRetrieved', 'AskDelta', 'AskCompleted']);
    expect(events[0].search.hits[0].memory.id).toBe(memoryIds[0]);
    expect(events[2].answer).toMatchObject({ id: events[0].answerId, status: 'ANSWERED', text: events[1].text });
    expect(events[2].answer.search.hits.length).toBe(events[0].search.hits.length);
  });

  test('goes on behind every cursor, with and without a key, and an equal call hears the same answer', async () => {
    const input = { question: 'Where is the flat of Ola?', idempotencyKey: 'heard' };
    const events = await all(hear(input));
    for (const [at, { cursor }] of events.entries()) {
      expect(await all(hear(input, cursor))).toEqual(events.slice(at + 1));
      expect(await all(hear({ question: input.question }, cursor))).toEqual(events.slice(at + 1));
    }
    expect(await all(hear(input))).toEqual(events);
    expect((await ask(input.question, { idempotencyKey: 'heard' })).id).toBe(events[0].answerId);
  });

  test('goes on when its only listener leaves', async () => {
    const messages = hear({ question: 'Which Postgres does the billing service run on?' });
    const [first] = await takeEvents(messages, 1);
    await messages.return();
    const { answerId, cursor } = first?.data.data.askStream ?? {};
    const rest = await all(hear({ question: 'Which Postgres does the billing service run on?' }, cursor));
    expect(rest.at(-1).answer).toMatchObject({ id: answerId, status: 'ANSWERED' });
  });

  test('refuses a cursor of another question, of another list and of another tenant with BAD_USER_INPUT', async () => {
    const [{ cursor }] = await all(hear({ question: 'Where did Ola move?' }));
    const other = await createTestTenant();
    const refused = [
      await all(hear({ question: 'Where did Ben move?' }, cursor)),
      await all(hear({ question: 'Where did Ola move?' }, 'garbage')),
      await all(
        listen(other.client, HEAR, {
          input: { projectId: other.projectId, question: 'Where did Ola move?' },
          after: cursor,
        }),
      ),
    ];
    for (const [error] of refused)
      expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'after' } });
  });
});

describe('an answer and what it rests on', () => {
  test('is gone with the memory that it quotes, and an answer that does not quote it stays', async () => {
    const own = await createTestTenant();
    const [secret = ''] = await tell(own, [
      { content: 'The vault code of the north office is heron seven.' },
      { content: 'The garden of the south office has nine pear trees.' },
    ]);
    const resting = await askIn(own, 'What is the vault code of the north office?');
    const other = await askIn(own, 'How many pear trees has the garden of the south office?');
    expect([resting.citations[0].memoryId, other.status]).toEqual([secret, 'ANSWERED']);
    await own.client.ask(`mutation ($id: ID!) { deleteMemory(id: $id) { id } }`, { id: secret });
    const { answers } = await own.client.ask('{ answers { nodes { id search { hits { memory { id } } } } } }');
    expect(answers.nodes.map(({ id }: { id: string }) => id)).toEqual([other.id]);
    expect(JSON.stringify(answers)).not.toContain(secret);
  });

  test('cancelling one that has ended changes nothing', async () => {
    const answer = await ask('Where did Ola move?');
    const { cancelAnswer } = await tenant.client.ask(
      `mutation ($id: ID!) { cancelAnswer(id: $id) { answer { ${ANSWER} } } }`,
      { id: answer.id },
    );
    expect(cancelAnswer.answer).toEqual(answer);
  });
});

describe('ask refuses', () => {
  test.each([
    ['an empty question', { question: ' ' }, 'input.question'],
    ['a question of 8 193 characters', { question: 'x'.repeat(8_193) }, 'input.question'],
    ['a question with a NUL character', { question: 'a\0' }, 'input.question'],
    ['a limit of 201', { search: { limit: 201 } }, 'input.search.limit'],
    ['a minScore of 2', { search: { minScore: 2 } }, 'input.search.minScore'],
    ['a sessionId of 257 characters', { sessionId: 'x'.repeat(257) }, 'input.sessionId'],
    [
      'two projects',
      { search: { filter: { projectId: '01900000-0000-7000-8000-000000000000' } } },
      'input.search.filter.projectId',
    ],
    ['no project with a key of the whole tenant', { projectId: null }, 'input.projectId'],
  ])('%s with BAD_USER_INPUT naming the field, and keeps nothing', async (_, more, field) => {
    const count = async () => (await tenant.client.ask('{ answers { totalCount } }')).answers.totalCount;
    const before = await count();
    const { errors } = await tenant.client.send(ASK, {
      input: { projectId: tenant.projectId, question: 'Where?', ...more },
    });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
    expect(await count()).toBe(before);
  });

  test('an id that is no UUID with BAD_USER_INPUT, and one that is none of an answer with NOT_FOUND', async () => {
    const query = 'query ($id: ID!) { answer(id: $id) { id } }';
    expect(await tenant.client.codeOf(query, { id: 'x' })).toBe('BAD_USER_INPUT');
    expect(await tenant.client.codeOf(query, { id: memoryIds[0] })).toBe('NOT_FOUND');
  });
});
