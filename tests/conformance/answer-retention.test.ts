import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
}, 60_000);
afterAll(() => db.close());

const DAYS = 30;
const caller = testCaller();
const ANSWER = `insert into memory.answer (tenant_id, id, project_id, question, status, text, search, created_at)
  values ($1, $2, $3, 'q', 'ANSWERED', 't', '{"hits": []}', now() - make_interval(days => $4))`;
const MEANING = `insert into memory.answer_meaning (tenant_id, answer_id, project_id, asked, vector, cited, created_at)
  values ($1, $2, $3, 'x', '\\x00', '{}', now() - make_interval(days => $4))`;

test('an answer of 31 days forgets its search and its meaning and keeps its text, one of 29 days keeps all', async () => {
  const ages = [31, 29];
  const ids = ages.map(() => uuidv7());
  await db.as(caller, async (tx) => {
    for (const [at, age] of ages.entries())
      for (const statement of [ANSWER, MEANING])
        await tx.query(statement, [caller.tenantId, ids[at], caller.tenantId, age]);
  });
  await db.asWorker((tx) => tx.query('select memory.prune_answer_searches($1, 10000)', [DAYS]));
  const kept = await db.as(caller, (tx) =>
    tx.query(
      `select a.id, text, search is not null as searched, k.answer_id is not null as meant
        from memory.answer a left join memory.answer_meaning k on k.tenant_id = a.tenant_id and k.answer_id = a.id
        where a.tenant_id = $1 order by a.created_at`,
      [caller.tenantId],
    ),
  );
  expect(kept).toEqual([
    { id: ids[0], text: 't', searched: false, meant: false },
    { id: ids[1], text: 't', searched: true, meant: true },
  ]);
});
