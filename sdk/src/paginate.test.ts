import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient, paginate } from './index.ts';
import { errorOf, type FakeServer, sendJson, startFakeServer } from './testing/fake-server.ts';

let server: FakeServer;
beforeAll(async () => {
  server = await startFakeServer();
});
afterAll(() => server.stop());

/** So many memories, in pages of `first`, with the number of the last one as cursor. */
const serve = (total: number) =>
  server.answerWith((response, { variables }) => {
    const begin = Number(variables.after ?? 0);
    const end = Math.min(total, begin + Number(variables.first ?? 20));
    const nodes = Array.from({ length: end - begin }, (_, index) => ({ id: `m${begin + index + 1}` }));
    const pageInfo = { hasNextPage: end < total, endCursor: nodes.length > 0 ? String(end) : null };
    sendJson(response, { data: { memories: { nodes, pageInfo } } });
  });

const connect = () => createClient({ url: server.url, key: 'rae_key', retries: 0 });

describe('paging', () => {
  test('gives each of 5 items once, in order, from 3 pages of 2, with the same filter', async () => {
    serve(5);
    const filter = { userId: 'u1' };
    const ids: string[] = [];
    for await (const { id } of paginate(connect().memories, { first: 2, filter })) ids.push(id);
    expect(ids).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(server.requests.map(({ variables }) => variables)).toEqual([
      { first: 2, filter },
      { first: 2, filter, after: '2' },
      { first: 2, filter, after: '4' },
    ]);
  });

  test('of nothing asks once and gives nothing', async () => {
    serve(0);
    for await (const memory of paginate(connect().memories, {})) throw new Error(memory.id);
    expect(server.requests).toHaveLength(1);
  });

  test('begins after a given cursor', async () => {
    serve(3);
    const memories = paginate(connect().memories, { after: '2' });
    expect((await memories.next()).value?.id).toBe('m3');
    expect((await memories.next()).done).toBe(true);
  });

  test('asks for no page that is not needed', async () => {
    serve(100);
    for await (const { id } of paginate(connect().memories, { first: 2 })) if (id === 'm3') break;
    expect(server.requests).toHaveLength(2);
  });

  test('throws the error of a page, and stops at an abort', async () => {
    const aborting = new AbortController();
    server.answerWith((response) => sendJson(response, { errors: [errorOf('BAD_USER_INPUT')] }));
    await expect(paginate(connect().memories, {}).next()).rejects.toMatchObject({ name: 'BadUserInputError' });
    aborting.abort();
    const aborted = paginate(connect().projects, {}, { signal: aborting.signal });
    await expect(aborted.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.requests).toHaveLength(1);
  });
});
