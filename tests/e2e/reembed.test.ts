import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createTestTenant,
  type Data,
  type Installation,
  startInstallation,
  startServerProcess,
  type TestTenant,
} from '@rae/testkit';

const COMMAND = new URL('../../apps/server/src/commands/reembed.ts', import.meta.url).pathname;
/** Numbers of a vector, by the name of the model. */
const SIZES: Readonly<Record<string, number>> = { old: 24, new: 40 };

/** What the model's server does with texts. */
type Mood = 'well' | 'hangs' | 'NaN' | 'too few' | 'wrong size' | '429';
let mood: Mood = 'well';
/** Texts that the new model takes before it hangs. */
let newTexts = Number.POSITIVE_INFINITY;
/** Requests that were answered unwell. */
let unwell = 0;
const embedded: Record<string, number> = { old: 0, new: 0 };

let models: Server;
let installation: Installation;
let tenant: TestTenant;

/** Alike texts have alike vectors: each letter is a direction. */
function vectorOf(text: string, size: number): number[] {
  const vector: number[] = Array(size).fill(0.01);
  for (const letter of text.toLowerCase()) {
    const at = letter.codePointAt(0) ?? 0;
    vector[at % size] = (vector[at % size] ?? 0) + 1;
  }
  return vector;
}

function answer(response: ServerResponse, { model, input }: { model: string; input: string[] }): void {
  const size = SIZES[model] ?? 0;
  const isQuestion = input.length === 1 && mood === 'well';
  if (model === 'new' && !isQuestion) newTexts -= input.length;
  if (newTexts < 0 && !isQuestion) return;
  if (mood !== 'well') unwell++;
  if (mood === 'hangs') return;
  if (mood === '429') return void response.writeHead(429, { 'retry-after': '1' }).end('{}');
  const vectors = input.map((text) => vectorOf(text, mood === 'wrong size' ? size + 1 : size));
  const sent = mood === 'too few' ? vectors.slice(1) : vectors;
  const data = sent.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  if (!isQuestion) embedded[model] = (embedded[model] ?? 0) + input.length;
  const body = JSON.stringify({ object: 'list', model, data, usage: { prompt_tokens: 1, total_tokens: 1 } });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(mood === 'NaN' ? body.replace(/0\.01/g, 'NaN') : body);
}

const settingsOf = (model: string) => ({
  RAE_EMBED_MODEL: `openai-compatible/${model}`,
  RAE_EMBED_URL: `http://127.0.0.1:${(models.address() as AddressInfo).port}/v1`,
  RAE_EMBED_DIMENSIONS: String(SIZES[model]),
});

beforeAll(async () => {
  models = createServer(async (request, response) => answer(response, JSON.parse(await readText(request))));
  await once(models.listen(0, '127.0.0.1'), 'listening');
  installation = await startInstallation(settingsOf('old'));
  tenant = await createTestTenant(installation);
}, 60_000);
afterAll(async () => {
  models.closeAllConnections();
  models.close();
  await installation.stop();
});

const INGEST = `mutation ($input: IngestDocumentInput!) { ingestDocument(input: $input) { document { id chunkCount } } }`;
const SEARCH = `query ($input: SearchMemoriesInput!) {
  searchMemories(input: $input) { degraded { part reason } hits { memory { content } signals { signal rawScore } } }
}`;
const ingest = async (uri: string, content: string) =>
  (await tenant.client.ask(INGEST, { input: { projectId: tenant.projectId, title: 'Log', uri, content } }))
    .ingestDocument;
const search = async (query: string, client = tenant.client): Promise<Data> =>
  (await client.ask(SEARCH, { input: { query, filter: { projectId: tenant.projectId }, limit: 10 } })).searchMemories;
const waitForVectors = async (client = tenant.client) => {
  while ((await search('anything', client)).degraded.length > 0) await sleep(50);
};
const cosinesOf = ({ hits }: Data): number[] =>
  hits.flatMap(({ signals }: Data) =>
    signals.filter(({ signal }: Data) => signal === 'VECTOR').map(({ rawScore }: Data) => rawScore),
  );

const DOCUMENT = Array.from({ length: 120 }, (_, at) => `# Watch ${at}\n\nThe lamp of watch ${at} burned.`).join(
  '\n\n',
);

describe('while the embedding model is unwell', () => {
  test.each<Mood>(['NaN', 'too few', 'wrong size', '429', 'hangs'])(
    'a document ingested while it answers “%s” is there, is found by words, and has its vectors later',
    async (illness) => {
      mood = illness;
      unwell = 0;
      const word = illness.replaceAll(/\W/g, '');
      const { document } = await ingest(illness, `# Keeper\n\nKeeper Zenobia${word} wrote it.`);
      while (unwell === 0) await sleep(10);
      mood = 'well';
      models.closeAllConnections(); // one that hangs would for half a minute
      expect(document.chunkCount).toBe(1);
      const { hits } = await search(`Zenobia${word}`);
      expect(hits.map(({ memory }: Data) => memory.content).join()).toContain(`Zenobia${word}`);
      await waitForVectors();
    },
    30_000,
  );
});

describe('with another model than the vectors are of', () => {
  let settings: Record<string, string>;

  function start(): { child: ChildProcess; ended: Promise<{ code: number | null; out: string; err: string }> } {
    const child = spawn(process.execPath, [COMMAND], { env: { PATH: process.env.PATH, ...settings } });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    return { child, ended: once(child, 'close').then(([code]) => ({ code, out, err })) };
  }
  const stopEmbedded = async () => {
    if (installation.mode === 'embedded') await installation.processes.get('all')?.stop();
  };

  beforeAll(async () => {
    await ingest('watches', DOCUMENT);
    await waitForVectors();
    settings = { ...installation.env, ...settingsOf('new'), PORT: new URL(installation.url).port };
    await stopEmbedded();
  }, 30_000);

  test('a start is refused, and says which two models and what to run', async () => {
    const refused = startServerProcess({ ...settings, ROLES: 'all', PORT: '0' });
    await expect(refused).rejects.toThrow(
      'RAE_EMBED_MODEL is openai-compatible/new@40 with 40 dimensions, but the vectors in the database are of openai-compatible/old@24 with 24. Set it back, or run `npm run reembed`',
    );
  }, 30_000);

  test('npm run reembed that is killed goes on where it was, searches work meanwhile, and at its end all vectors are of the new model', async () => {
    newTexts = 60; // less than there are: it hangs amid them
    const { child, ended } = start();
    while (newTexts >= 0) await sleep(20);
    if (installation.mode === 'embedded') {
      const found = await search('lamp of watch 7');
      expect(found.hits[0].memory.content).toContain('watch 7 ');
      expect(found.degraded[0].reason).toMatch(/^\d+ memories have no vector yet/);
    } else {
      expect(cosinesOf(await search('lamp of watch 7')).length).toBeGreaterThan(0);
    }
    child.kill('SIGKILL');
    await ended;
    models.closeAllConnections();
    const before = embedded.new ?? 0;
    newTexts = Number.POSITIVE_INFINITY;
    const { code, out } = await start().ended;
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('All vectors are of openai-compatible/new@40 with 40 dimensions now'),
    ]);
    expect(before).toBeGreaterThan(0);
    expect(out).toContain(`; ${(embedded.new ?? 0) - before} were made just now`);
  }, 60_000);

  test('a server of the new model then starts and finds by meaning', async () => {
    if (installation.mode === 'distributed') {
      for (const role of ['memory', 'worker']) await installation.processes.get(role)?.stop();
    }
    const server = await startServerProcess({ ...settings, ROLES: 'all', PORT: '0', RAE_SUBGRAPHS: '' });
    const own = await createTestClientAt(server.url);
    const found = await search('lamp of watch 7', own);
    await server.stop();
    expect([found.degraded, cosinesOf(found).length > 0]).toEqual([[], true]);
  }, 30_000);

  const createTestClientAt = async (url: string) => {
    const { createTestClient } = await import('@rae/testkit');
    return createTestClient(url, tenant.client.key);
  };
});
