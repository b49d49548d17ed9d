import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestClient, fillDataFolder, listen, startServerProcess, takeEvents } from '@rae/testkit';

let folder: string;
let count = 0;
const freshData = () => join(folder, `rae${count++}`, 'data');
/** For what is not about the very first start: the migrations have run. */
const migratedData = async () => {
  const data = freshData();
  await fillDataFolder(data);
  return data;
};
const failure = async (env: Record<string, string>): Promise<string> =>
  startServerProcess({ PORT: '0', RAE_DATA_DIR: await migratedData(), ...env }).then(
    async (server) => {
      await server.stop();
      return 'it started';
    },
    (error: Error) => error.message,
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rae-start-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a start is refused in one sentence', () => {
  test.each([
    [{ RAE_ENV: 'prod' }, 'RAE_ENV takes development or production; “prod” is not that.'],
    [
      { DATABASE_URL: 'postgres://rae@127.0.0.1:1/rae', RAE_INTERNAL_SECRET: 'x'.repeat(32) },
      'start it or correct DATABASE_URL.',
    ],
    [{ RAE_EMBED_MODEL: 'openai/text-embedding-3-small' }, 'OPENAI_API_KEY (for openai/text-embedding-3-small): '],
  ])('%j', async (env, sentence) => {
    const message = await failure(env as Record<string, string>);
    expect(message).toContain(sentence);
    expect(message).not.toMatch(/\n\s+at /);
  });

  test('a taken port names PORT and what to do', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    expect(await failure({ PORT: String(port) })).toContain(
      `Port ${port} of 127.0.0.1 is taken by another program; stop that one, or set PORT to another.`,
    );
    taken.close();
  });
});

describe('the embedded server', () => {
  test('makes tenant, project and key on its first start, keeps what it knew over a kill, and refuses a second one on its folder', async () => {
    const data = freshData();
    const first = await startServerProcess({ PORT: '0', RAE_DATA_DIR: data });
    const keyFile = join(data, '..', 'key');
    const key = (await readFile(keyFile, 'utf8')).trim();
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    const client = createTestClient(first.url, key);
    const { viewer, projects } = await client.ask(
      '{ viewer { roles tenant { name } } projects { nodes { id name } } }',
    );
    expect(viewer).toEqual({ roles: ['ADMIN', 'PLATFORM'], tenant: { name: 'default' } });
    expect(projects.nodes).toEqual([{ id: expect.any(String), name: 'default' }]);

    expect(await failure({ RAE_DATA_DIR: data })).toContain(
      'is in use by another process; stop that one, or set RAE_DATA_DIR to another folder.',
    );

    const create = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { cursor memory { id } } }';
    const { createMemory } = await client.ask(create, {
      input: { projectId: projects.nodes[0].id, content: 'kept over a kill' },
    });
    await first.kill();

    const second = await startServerProcess({ PORT: '0', RAE_DATA_DIR: data });
    const again = createTestClient(second.url, key);
    expect(
      (await again.ask('query ($id: ID!) { memory(id: $id) { content } }', { id: createMemory.memory.id })).memory
        .content,
    ).toBe('kept over a kill');
    await again.ask(create, { input: { projectId: projects.nodes[0].id, content: 'written after it' } });
    const messages = listen(
      again,
      'subscription ($after: String) { memoryCreated(after: $after) { memory { content } } }',
      { after: createMemory.cursor },
    );
    expect((await takeEvents(messages, 1))[0]?.data.data.memoryCreated.memory.content).toBe('written after it');
    await messages.return();
    expect(await second.stop()).toBe(0);
  });

  test('takes a preset first key, and writes no key file for it that others can read', async () => {
    const key = `rae_${'k'.repeat(40)}`;
    const server = await startServerProcess({ PORT: '0', RAE_DATA_DIR: await migratedData(), RAE_ADMIN_KEY: key });
    expect((await createTestClient(server.url, key).ask('{ viewer { roles } }')).viewer.roles).toEqual([
      'ADMIN',
      'PLATFORM',
    ]);
    await server.stop();
  });

  test('finishes a request in flight on SIGTERM, and answers health and metrics before', async () => {
    const key = `rae_${'k'.repeat(40)}`;
    const server = await startServerProcess({ PORT: '0', RAE_DATA_DIR: await migratedData(), RAE_ADMIN_KEY: key });
    const at = (path: string) => fetch(new URL(path, server.url));
    expect((await at('/health/live')).status).toBe(200);
    expect(await (await at('/health/ready')).json()).toMatchObject({
      dependencies: { database: 'ok', memory: 'ok', governance: 'ok' },
    });
    expect(await (await at('/metrics')).text()).toContain('rae_');
    expect((await at('/graphiql')).status).toBe(200);
    const client = createTestClient(server.url, key);
    const { projects } = await client.ask('{ projects { nodes { id } } }');
    const inputs = Array.from({ length: 500 }, (_, n) => ({
      projectId: projects.nodes[0].id,
      content: `memory ${n}`,
    }));
    const query =
      'mutation ($inputs: [CreateMemoryInput!]!) { createMemories(inputs: $inputs) { results { memory { id } } } }';
    const writing = request(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, expect: '100-continue' },
    });
    writing.flushHeaders();
    await once(writing, 'continue'); // the server has the request, and waits for its body
    const stopped = server.stop();
    writing.end(JSON.stringify({ query, variables: { inputs } }));
    const [response] = await once(writing, 'response');
    const { data } = (await json(response)) as { data: { createMemories: { results: unknown[] } } };
    expect(data.createMemories.results).toHaveLength(500);
    expect(await stopped).toBe(0);
  });

  test('shows nothing of the schema in production', async () => {
    const key = `rae_${'k'.repeat(40)}`;
    const server = await startServerProcess({
      PORT: '0',
      RAE_DATA_DIR: await migratedData(),
      RAE_ADMIN_KEY: key,
      RAE_ENV: 'production',
    });
    const client = createTestClient(server.url, key);
    expect((await client.send('{ __schema { queryType { name } } }')).errors).toHaveLength(1);
    expect((await client.send('{ viewr { actor } }')).errors[0]?.message).not.toContain('Did you mean');
    expect((await fetch(new URL('/graphiql', server.url))).status).toBe(404);
    await server.stop();
  });
});
