import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type MemoryService, openMemoryService } from '../performance/lib/memory-service.ts';

const CONTENT = 'The lighthouse keeper winds the clock on Sundays.';
const QUESTION = 'When does the lighthouse keeper wind the clock?';

interface Heard {
  readonly askStream: { readonly cursor: string };
}

let memory: MemoryService;
let cursors: string[];
const input = () => ({ projectId: memory.projectId, question: QUESTION, maxOutputTokens: 100, idempotencyKey: 'once' });
const hear = async (after: string | null): Promise<AsyncIterator<Heard>> =>
  memory.subscribe('askStream', { input: input(), after });

/** The stream's cursors, to its end. */
async function hearAll(after: string | null): Promise<string[]> {
  const stream = await hear(after);
  const heard: string[] = [];
  for (let step = await stream.next(); !step.done; step = await stream.next()) heard.push(step.value.askStream.cursor);
  return heard;
}
/** As if the answer had ended so long ago. */
const ended = (minutes: number) =>
  memory.db.as(memory.caller, (tx) =>
    tx.query('update memory.answer set finished_at = now() - make_interval(mins => $2) where tenant_id = $1', [
      memory.caller.tenantId,
      minutes,
    ]),
  );

beforeAll(async () => {
  memory = await openMemoryService();
  await memory.call('Mutation', 'createMemory', {
    input: { projectId: memory.projectId, layer: 'EPISODIC', content: CONTENT },
  });
  cursors = await hearAll(null);
}, 60_000);
afterAll(() => memory.close());

test('an answer that ended 9 minutes ago is heard again, whole under its key and on behind each of its cursors', async () => {
  await ended(9);
  expect(cursors.length).toBeGreaterThanOrEqual(3);
  expect(await hearAll(null)).toHaveLength(cursors.length);
  for (const [at, cursor] of cursors.entries()) expect(await hearAll(cursor)).toHaveLength(cursors.length - at - 1);
});

test('one that ended 11 minutes ago is CURSOR_EXPIRED, under its key and behind a cursor', async () => {
  await ended(11);
  for (const after of [null, cursors[0] ?? ''])
    await expect(hear(after)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', details: { field: 'after' } });
});
