import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { settleEpoch } from '@rae/events';
import { NO_CAUSE, systemClock } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { type MemoryService, openMemoryService } from '../performance/lib/memory-service.ts';
import { createOwnDatabase, type OwnDatabase } from './lib/own-database.ts';

let own: OwnDatabase;
let db: TestDatabase;
let service: MemoryService;

beforeAll(async () => {
  own = await createOwnDatabase();
  db = await openTestDatabase(systemClock, own.url);
  service = await openMemoryService(db);
}, 60_000);
afterAll(async () => {
  await service.close();
  await own.drop();
});

async function write(content: string): Promise<string> {
  const { memory } = Object(
    await service.call('Mutation', 'createMemory', {
      input: { projectId: service.projectId, content, layer: 'SEMANTIC', occurredAt: new Date() },
    }),
  );
  return memory.id;
}

async function find(query: string): Promise<string[]> {
  const { hits } = Object(await service.call('Query', 'searchMemories', { input: { query, signals: ['LEXICAL'] } }));
  return hits.map(({ memory }: { memory: { content: string } }) => memory.content);
}

test('an index that was loaded before a dump was restored answers from the restored rows as soon as a process has opened the database', async () => {
  const green = await write('The anchor is green.');
  expect(await find('anchor')).toEqual(['The anchor is green.']);
  const [{ rows } = { rows: '' }] = await db.as(service.caller, (tx) =>
    tx.query<{ rows: string }>('select jsonb_agg(m)::text as rows from memory.memory m'),
  );
  await service.call('Mutation', 'archiveMemory', { id: green });
  await write('The anchor is blue.');
  expect(await find('anchor')).toEqual(['The anchor is blue.']);

  // As a dump brings them: with the transaction ids of then, which no look behind a later snapshot shows.
  await db.as(service.caller, async (tx) => {
    await tx.query('delete from memory.memory');
    await tx.query(
      'insert into memory.memory overriding system value select * from jsonb_populate_recordset(null::memory.memory, $1)',
      [rows],
    );
  });
  const owner = { role: 'rae_owner', caller: testCaller(''), cause: NO_CAUSE } as const;
  await settleEpoch((work) => db.transact(owner, work), 'restored/00000001');
  expect(await find('anchor')).toEqual(['The anchor is green.']);
});
