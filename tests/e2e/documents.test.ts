import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type TestClient, type TestTenant } from '@rae/testkit';

const INGEST = `mutation ($input: IngestDocumentInput!) {
  ingestDocument(input: $input) { unchanged cursor document { id version title uri collection mimeType contentHash chunkCount metadata
    previousVersion { id version } chunks { totalCount nodes { id content section page chunkIndex status layer source metadata document { id } } } } }
}`;
const GET = `query ($id: ID!) { document(id: $id) { id version previousVersion { id version chunks { nodes { id status } } } chunks { nodes { id status } } } }`;
const LIST = `query ($projectId: ID, $collection: String, $uri: String, $first: Int! = 20, $after: String) {
  documents(projectId: $projectId, collection: $collection, uri: $uri, first: $first, after: $after) {
    totalCount nodes { id version uri } pageInfo { hasNextPage endCursor } }
}`;
const SEARCH = `query ($query: String!, $filter: MemoryFilter) {
  searchMemories(input: { query: $query, filter: $filter, limit: 20 }) { hits { memory { id content section document { id title } } } degraded { part reason } }
}`;
const DELETE = `mutation ($id: ID!, $all: Boolean! = true) { deleteDocument(id: $id, allVersions: $all) { id cursor } }`;

const HANDBOOK = `# Field handbook

Bring gloves.

## Mooring

The anchor chain of buoy Ewa is forty metres long.

## Zwroty kosztów

Wnioski o zwrot składa się do dziesiątego dnia miesiąca.`;

let tenant: TestTenant;
let client: TestClient;
const input = (content: string, more: object = {}) => ({
  projectId: tenant.projectId,
  title: 'Handbook',
  content,
  ...more,
});
const ingest = async (content: string, more: object = {}) =>
  (await client.ask(INGEST, { input: input(content, more) })).ingestDocument;
const search = async (query: string, filter: object = {}): Promise<Data[]> =>
  (await client.ask(SEARCH, { query, filter: { projectId: tenant.projectId, ...filter } })).searchMemories.hits.map(
    ({ memory }: Data) => memory,
  );

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

describe('ingestDocument', () => {
  test('cuts Markdown at its headings into memories that the next search finds by their words and by their headings', async () => {
    const { document, unchanged, cursor } = await ingest(HANDBOOK, { uri: 'book:1', metadata: { team: 'field' } });
    expect(document).toMatchObject({ version: 1, collection: 'default', mimeType: 'text/markdown', chunkCount: 3 });
    expect(document).toMatchObject({
      title: 'Handbook',
      uri: 'book:1',
      previousVersion: null,
      metadata: { team: 'field' },
    });
    expect([unchanged, typeof cursor]).toEqual([false, 'string']);
    expect(document.chunks.nodes.map(({ section, chunkIndex }: Data) => [chunkIndex, section])).toEqual([
      [0, 'Field handbook'],
      [1, 'Field handbook › Mooring'],
      [2, 'Field handbook › Zwroty kosztów'],
    ]);
    const chain = { layer: 'SEMANTIC', status: 'ACTIVE', source: 'book:1', metadata: { team: 'field' }, page: null };
    expect(document.chunks.nodes[1]).toMatchObject({ ...chain, document: { id: document.id } });
    expect((await search('How long is the anchor chain of Ewa?'))[0].content).toContain('forty metres');
    expect((await search('do kiedy składa się wniosek o zwrot'))[0].section).toBe('Field handbook › Zwroty kosztów');
    expect((await search('gloves', { documentId: document.id.toUpperCase() })).length).toBeGreaterThan(0);
    expect(await search('gloves', { collection: 'other' })).toEqual([]);
  });

  test('the title is found without standing in the content, unless contextualize is false', async () => {
    const named = { title: 'Wolframite catalogue', collection: 'titles' };
    await ingest('Seven shelves.', named);
    await ingest('Octopus stew.', { ...named, chunking: { contextualize: false } });
    const byWords = `query ($input: SearchMemoriesInput!) { searchMemories(input: $input) { hits { memory { content } } } }`;
    const asked = { query: 'wolframite', filter: { collection: 'titles' }, signals: ['LEXICAL'] };
    const { hits } = (await client.ask(byWords, { input: asked })).searchMemories;
    expect(hits).toEqual([{ memory: { content: 'Seven shelves.' } }]);
  });

  test('the same uri and content again changes nothing, whatever else is sent', async () => {
    const first = await ingest('Same page.', { uri: 'same', collection: 'again' });
    const second = await ingest('Same page.', { uri: 'same', collection: 'again', title: 'Other' });
    expect(second).toMatchObject({
      unchanged: true,
      cursor: null,
      document: { id: first.document.id, title: 'Handbook' },
    });
    const unnamed = [await ingest('No name.'), await ingest('No name.')];
    expect(unnamed.map(({ unchanged }) => unchanged)).toEqual([false, true]);
  });

  test('other content under a uri makes version 2: the old chunks leave search, are archived with the reason, and come back with restoreMemory', async () => {
    const one = await ingest('The gate code is 1111.', { uri: 'gate', collection: 'gate' });
    const two = await ingest('The gate code is 2222.', { uri: 'gate', collection: 'gate' });
    expect(two.document).toMatchObject({ version: 2, previousVersion: { id: one.document.id, version: 1 } });
    expect((await search('gate code', { collection: 'gate' })).map(({ content }) => content)).toEqual([
      'The gate code is 2222.',
    ]);
    const { document } = await client.ask(GET, { id: two.document.id });
    expect(document.previousVersion.chunks.nodes[0].status).toBe('ARCHIVED');
    const oldChunk = document.previousVersion.chunks.nodes[0].id;
    const history = `query ($id: ID!) { memory(id: $id) { history { change after } } }`;
    expect((await client.ask(history, { id: oldChunk })).memory.history).toEqual([
      {
        change: 'ARCHIVED',
        after: { status: 'ARCHIVED', archivedAt: expect.any(String), reason: 'version 2 of the document was ingested' },
      },
    ]);
    await client.ask('mutation ($id: ID!) { restoreMemory(id: $id) { cursor } }', { id: oldChunk });
    expect(await search('gate code', { collection: 'gate' })).toHaveLength(2);
    const back = await ingest('The gate code is 1111.', { uri: 'gate', collection: 'gate' });
    expect(back).toMatchObject({ unchanged: false, document: { version: 3 } });
  });

  test('20 parallel calls with the same uri and content write one version, and with other contents 10 versions', async () => {
    const same = await Promise.all(Array.from({ length: 20 }, () => ingest('Twenty at once.', { uri: 'twenty' })));
    expect(new Set(same.map(({ document }) => document.id)).size).toBe(1);
    expect(same.filter(({ unchanged }) => !unchanged)).toHaveLength(1);
    const made = await Promise.all(Array.from({ length: 10 }, (_, at) => ingest(`Text ${at}.`, { uri: 'ten' })));
    expect(made.map(({ document }) => document.version).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const active = `query ($filter: MemoryFilter) { memories(filter: $filter) { nodes { content } } }`;
    const { memories } = await client.ask(active, { filter: { source: 'ten' } } as Data);
    expect(memories.nodes).toHaveLength(1);
  });

  test('a repeat under the idempotencyKey gives the first result, and other input is IDEMPOTENCY_CONFLICT', async () => {
    const first = await ingest('Under a key.', { uri: 'key', idempotencyKey: 'doc-1' });
    expect(await ingest('Under a key.', { uri: 'key', idempotencyKey: 'doc-1' })).toEqual(first);
    const other = { input: input('Other.', { uri: 'key', idempotencyKey: 'doc-1' }) };
    expect(await client.codeOf(INGEST, other)).toBe('IDEMPOTENCY_CONFLICT');
  });

  test('pages of a text stand with its chunks, and HTML and JSON say where a chunk is from', async () => {
    const text = await ingest('First page.\fSecond page.', { mimeType: 'text/plain' });
    expect(text.document.chunks.nodes.map(({ page }: Data) => page)).toEqual([1, 2]);
    const html = await ingest('<h1>Lamps</h1><p>Amber</p><script>evil()</script>', {
      mimeType: 'text/html; charset=utf-8',
    });
    expect(html.document.chunks.nodes).toMatchObject([{ section: 'Lamps', content: 'Lamps\n\nAmber' }]);
    const json = await ingest('{"lamp": {"colour": "amber"}}', { mimeType: 'application/json' });
    expect(json.document.chunks.nodes).toMatchObject([{ section: 'lamp', content: 'lamp:\n  colour: amber' }]);
  });

  test('1 MiB of text is one call, and its vectors follow in the background', async () => {
    const line = (at: number) => `Row ${at} of the register names keeper ${at % 97} and lamp ${at % 31}.\n`;
    let content = '';
    for (let at = 0; content.length < 1_048_000; at++) content += line(at);
    const { document } = await ingest(content, {
      mimeType: 'text/plain',
      collection: 'big',
      chunking: { maxTokens: 2048, overlapTokens: 0 },
    });
    expect(document.chunks.totalCount).toBe(document.chunkCount);
    expect(document.chunkCount).toBeGreaterThan(100);
    expect((await search('Row 9000', { collection: 'big' }))[0].content).toContain('Row 9000 of the register');
    const pending =
      'query ($filter: MemoryFilter) { searchMemories(input: { query: "keeper", filter: $filter }) { degraded { part } } }';
    const filter = { projectId: tenant.projectId } as Data;
    while ((await client.ask(pending, { filter })).searchMemories.degraded.length > 0);
    const byMeaning = `query ($filter: MemoryFilter) { searchMemories(input: { query: "who looks after a light?", signals: [VECTOR], filter: $filter }) {
      hits { memory { content } } } }`;
    const { hits } = (await client.ask(byMeaning, { filter: { ...filter, collection: 'big' } as Data })).searchMemories;
    expect(hits).toHaveLength(10);
  });
});

describe('bad input', () => {
  const nul = '\0';
  test.each([
    ['a blank content', { content: ' ' }, 'BAD_USER_INPUT'],
    ['a content with NUL', { content: `a${nul}b` }, 'BAD_USER_INPUT'],
    ['half a character', { content: 'a\uD800' }, 'BAD_USER_INPUT'],
    ['one byte over 1 MiB', { content: 'a'.repeat(1_048_577) }, 'PAYLOAD_TOO_LARGE'],
    ['350 000 letters of three bytes each', { content: '語'.repeat(350_000) }, 'PAYLOAD_TOO_LARGE'],
    ['a PDF', { content: 'x', mimeType: 'application/pdf' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['JSON that is none', { content: '{', mimeType: 'application/json' }, 'BAD_USER_INPUT'],
    ['HTML nested 1 000 deep', { content: '<b>'.repeat(1_000), mimeType: 'text/html' }, 'BAD_USER_INPUT'],
    ['HTML without words', { content: '<script>1</script>', mimeType: 'text/html' }, 'BAD_USER_INPUT'],
    ['chunks of 15 tokens', { content: 'x', chunking: { maxTokens: 15 } }, 'BAD_USER_INPUT'],
    ['chunks of 2 049 tokens', { content: 'x', chunking: { maxTokens: 2_049 } }, 'BAD_USER_INPUT'],
    ['more overlap than half', { content: 'x', chunking: { maxTokens: 64, overlapTokens: 33 } }, 'BAD_USER_INPUT'],
    ['less overlap than none', { content: 'x', chunking: { overlapTokens: -1 } }, 'BAD_USER_INPUT'],
    ['a list as metadata', { content: 'x', metadata: [1] }, 'BAD_USER_INPUT'],
    ['5 KiB of metadata', { content: 'x', metadata: { text: 'x'.repeat(5_000) } }, 'BAD_USER_INPUT'],
    ['no title', { content: 'x', title: '' }, 'BAD_USER_INPUT'],
    ['a blank uri', { content: 'x', uri: ' ' }, 'BAD_USER_INPUT'],
    ['6 000 headings', { content: '# a\n\nb\n\n'.repeat(6_000) }, 'BAD_USER_INPUT'],
  ])('%s is refused and writes nothing', async (_, bad, code) => {
    const before = (await client.ask(LIST)).documents.totalCount;
    expect(await client.codeOf(INGEST, { input: { ...input('x'), ...bad } })).toBe(code);
    expect((await client.ask(LIST)).documents.totalCount).toBe(before);
  });
});

describe('documents', () => {
  test('lists the newest versions page by page, of a collection or a name', async () => {
    for (const name of ['a', 'b', 'c', 'a'])
      await ingest(`List ${name} ${Math.random()}`, { uri: `list:${name}`, collection: 'list' });
    const first = (await client.ask(LIST, { collection: 'list', first: 2 })).documents;
    expect(first.nodes.map(({ uri, version }: Data) => [uri, version])).toEqual([
      ['list:a', 2],
      ['list:c', 1],
    ]);
    const rest = (await client.ask(LIST, { collection: 'list', first: 2, after: first.pageInfo.endCursor })).documents;
    expect([rest.nodes.map(({ uri }: Data) => uri), rest.pageInfo.hasNextPage, rest.totalCount]).toEqual([
      ['list:b'],
      false,
      3,
    ]);
    expect((await client.ask(LIST, { uri: 'list:c' })).documents.totalCount).toBe(1);
    expect(await client.codeOf(LIST, { collection: 'gate', after: first.pageInfo.endCursor })).toBe('BAD_USER_INPUT');
  });

  test('chunks come in pages in the order of the document', async () => {
    const sections = Array.from({ length: 7 }, (_, at) => `# Part ${at}\n\nText ${at}.`).join('\n\n');
    const { document } = await ingest(sections, { uri: 'paged' });
    const page = `query ($id: ID!, $after: String) { document(id: $id) { chunks(first: 3, after: $after) { nodes { chunkIndex } pageInfo { endCursor hasNextPage } } } }`;
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const { chunks }: Data = (await client.ask(page, { id: document.id, after })).document;
      seen.push(...chunks.nodes.map(({ chunkIndex }: Data) => chunkIndex));
      after = chunks.pageInfo.hasNextPage ? chunks.pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('deleteDocument', () => {
  test('takes all versions with their chunks away for good, and a second time is NOT_FOUND', async () => {
    const one = await ingest('Erase me one.', { uri: 'erase', collection: 'erase' });
    const two = await ingest('Erase me two.', { uri: 'erase', collection: 'erase' });
    const chunks = [one, two].map(({ document }) => document.chunks.nodes[0].id);
    expect((await client.ask(DELETE, { id: two.document.id })).deleteDocument.id).toBe(two.document.id);
    expect(await search('Erase me', { collection: 'erase' })).toEqual([]);
    for (const id of chunks)
      expect(await client.codeOf('query ($id: ID!) { memory(id: $id) { id } }', { id })).toBe('NOT_FOUND');
    for (const { document } of [one, two]) expect(await client.codeOf(GET, { id: document.id })).toBe('NOT_FOUND');
    expect(await client.codeOf(DELETE, { id: two.document.id })).toBe('NOT_FOUND');
  });

  test('one version alone leaves the others, and the next ingest counts on', async () => {
    const versions = [];
    for (const text of ['v1', 'v2', 'v3']) versions.push((await ingest(`Keep ${text}.`, { uri: 'keep' })).document.id);
    await client.ask(DELETE, { id: versions[1], all: false });
    expect((await client.ask(GET, { id: versions[2] })).document.previousVersion.id).toBe(versions[0]);
    await client.ask(DELETE, { id: versions[2], all: false });
    expect((await ingest('Keep v1.', { uri: 'keep' })).document.version).toBe(2);
  });

  test('what is no UUID is BAD_USER_INPUT, and a READER may not delete', async () => {
    expect(await client.codeOf(DELETE, { id: 'x' })).toBe('BAD_USER_INPUT');
    const { createApiKey } = await client.ask(
      'mutation ($id: ID) { createApiKey(input: { name: "r", roles: [AGENT], projectId: $id }) { secret } }',
      { id: tenant.projectId },
    );
    const { document } = await ingest('Guarded.', { uri: 'guarded' });
    expect(await client.withKey(createApiKey.secret).codeOf(DELETE, { id: document.id })).toBe('FORBIDDEN');
  });
});
