import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { uuidv7 } from '@rae/kernel';
import { openTestDatabase, type TestDatabase, testCaller } from '@rae/testkit';
import { LAYERS } from '../engine/codes.ts';
import { addUsage } from '../queries/usage.ts';
import { keepMemoriesJob } from './keep-memories.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-01-10T12:00:00Z');
/** The day that the clock shows, counted from the start. */
let day = 0;
const now = () => new Date(START + day * DAY_MS);

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase({ now });
});
afterAll(() => db.close());

interface Given {
  layer?: keyof typeof LAYERS;
  importance?: number;
  expiresInDays?: number | null;
}

/** A tenant with a project, its memories by name, and the job run as a worker does. */
function openTenant() {
  const caller = testCaller();
  const projectId = uuidv7();
  const ids = new Map<string, string>();
  const asTenant = <T>(work: Parameters<typeof db.as<T>>[1]) => db.as(caller, work);
  const job = keepMemoriesJob({ writeAs: db.as });
  return {
    asTenant,
    projectId,
    idOf: (name: string) => ids.get(name) ?? '',
    async write(name: string, { layer = 'EPISODIC', importance = 0.5, expiresInDays = null }: Given = {}) {
      const id = uuidv7();
      ids.set(name, id);
      const expiresAt = expiresInDays === null ? null : new Date(now().getTime() + expiresInDays * DAY_MS);
      await asTenant((tx) =>
        tx.query(
          `insert into memory.memory (tenant_id, project_id, id, layer, content, importance, occurred_at, valid_from, created_at, expires_at, lex)
            values ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, '')`,
          [caller.tenantId, projectId, id, LAYERS[layer], name, importance, tx.now, expiresAt],
        ),
      );
    },
    async keep() {
      const given = { id: uuidv7(), tenantId: caller.tenantId, subject: caller.tenantId, payload: {}, attempt: 1 };
      const record = await job.run([given]);
      await asTenant(record);
    },
    /** Contents of what is active, and the reasons of what was archived, by content. */
    state: () =>
      asTenant(async (tx) => {
        const rows = await tx.query<{ content: string; status: number; reasons: string[] | null }>(
          `select content, status, (select array_agg(after ->> 'reason') from memory.revision r where r.memory_id = m.id) as reasons
            from memory.memory m where tenant_id = $1 order by content`,
          [caller.tenantId],
        );
        return Object.fromEntries(
          rows.map(({ content, status, reasons }) => [content, status === 1 ? 'active' : (reasons ?? []).join()]),
        );
      }),
    events: () =>
      asTenant(async (tx) => {
        const rows = await tx.query<{ type: string; actor: string; reason: string }>(
          `select type, actor, payload ->> 'reason' as reason from platform.events where tenant_id = $1 order by tx, seq`,
          [caller.tenantId],
        );
        return rows.map(({ type, actor, reason }) => `${type} ${actor} ${reason}`);
      }),
  };
}

describe('the upkeep of a tenant', () => {
  test('archives what has expired, with the reason in its history and one event, and nothing twice', async () => {
    day = 0;
    const tenant = openTenant();
    await tenant.write('stays');
    await tenant.write('short', { expiresInDays: 1 });
    await tenant.write('long', { expiresInDays: 10 });
    day = 2;
    await tenant.keep();
    await tenant.keep();
    expect(await tenant.state()).toEqual({ long: 'active', short: 'EXPIRED', stays: 'active' });
    expect(await tenant.events()).toEqual(['memory.archived system:memory.keep-memories EXPIRED']);
  });

  test('archives by the retention of each layer of each project', async () => {
    day = 0;
    const tenant = openTenant();
    const settings = (retention: object) =>
      tenant.asTenant((tx) =>
        tx.query(
          `insert into memory.settings (tenant_id, project_id, secret_policy, personal_data_policy, retention)
            values ($1, $2, 'MASK', 'FLAG', $3)`,
          [tx.caller.tenantId, tenant.projectId, JSON.stringify(retention)],
        ),
      );
    await settings({ EPISODIC: 5, REFLECTIVE: 20 });
    for (const layer of ['EPISODIC', 'SEMANTIC', 'REFLECTIVE'] as const) await tenant.write(layer, { layer });
    day = 6;
    await tenant.write('EPISODIC of today');
    await tenant.keep();
    expect(await tenant.state()).toEqual({
      EPISODIC: 'RETENTION',
      'EPISODIC of today': 'active',
      REFLECTIVE: 'active',
      SEMANTIC: 'active',
    });
    day = 21;
    await tenant.keep();
    expect(await tenant.state()).toMatchObject({ REFLECTIVE: 'RETENTION', SEMANTIC: 'active' });
  });

  test('archives once a night what has faded below 0.1; use, importance and the first 30 days hold it', async () => {
    day = 0;
    const tenant = openTenant();
    await tenant.write('faded', { importance: 0.3 });
    await tenant.write('used', { importance: 0.3 });
    await tenant.write('important', { importance: 0.9 });
    await tenant.write('a fact', { importance: 0.3, layer: 'SEMANTIC' });
    day = 219; // 0.3 · exp(-0.005 · 219) = 0.1004
    await tenant.keep();
    expect(await tenant.state()).toMatchObject({ faded: 'active' });
    await tenant.asTenant((tx) => addUsage(tx, [{ memoryId: tenant.idOf('used'), uses: 1, usedAt: tx.now }]));
    await tenant.write('unimportant from the start', { importance: 0.01 });
    day = 219.5;
    await tenant.keep();
    expect(await tenant.state()).toMatchObject({ faded: 'active' }); // the same night
    day = 220; // 0.0999
    await tenant.keep();
    expect(await tenant.state()).toEqual({
      'a fact': 'active',
      faded: 'FADED',
      important: 'active',
      'unimportant from the start': 'active',
      used: 'active',
    });
    day = 251;
    await tenant.keep();
    expect(await tenant.state()).toMatchObject({ 'unimportant from the start': 'FADED', used: 'active' });
  });

  test('goes through 1 100 expired memories in pages, and another tenant is left alone', async () => {
    day = 0;
    const [tenant, other] = [openTenant(), openTenant()];
    await other.write('not mine to end', { expiresInDays: 1 });
    await tenant.asTenant((tx) =>
      tx.query(
        `insert into memory.memory (tenant_id, project_id, id, layer, content, importance, occurred_at, valid_from, created_at, expires_at, lex)
          select $1, $2, gen_random_uuid(), 1, n::text, 0.5, $3, $3, $3, $3, '' from generate_series(1, 1100) n`,
        [tx.caller.tenantId, tenant.projectId, tx.now],
      ),
    );
    day = 2;
    await tenant.keep();
    expect(new Set(Object.values(await tenant.state()))).toEqual(new Set(['EXPIRED']));
    expect(await tenant.events()).toHaveLength(1_100);
    expect(await other.state()).toEqual({ 'not mine to end': 'active' });
  });
});
