import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const LOG = `query ($filter: AuditFilter, $first: Int! = 50, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) { totalCount
    nodes { id at actor action subject detail hash previousHash } pageInfo { hasNextPage endCursor } } }`;
const VERIFY = `query ($from: DateTime, $to: DateTime) {
  verifyAuditLog(from: $from, to: $to) { valid entries firstBrokenId checkpoints tookMs } }`;
const MAKE_KEY = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }`;

let tenant: TestTenant;
let client: TestClient;
const keyIds: string[] = [];

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
  for (const name of ['a', 'b', 'c']) {
    const { createApiKey } = await client.ask(MAKE_KEY, { input: { name, roles: ['READER'] } });
    keyIds.push(createApiKey.apiKey.id);
  }
  await client.ask('mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id } } }', { id: keyIds[0] });
});

const log = async (filter: Record<string, unknown> = {}, page: Record<string, unknown> = {}) =>
  (await client.ask(LOG, { filter, ...page })).auditLog;

describe('auditLog', () => {
  test('has what was done, newest first, each line on the one before', async () => {
    const { nodes } = await log({ actions: ['createApiKey', 'revokeApiKey'] });
    expect(nodes.map(({ action, subject }: { action: string; subject: string }) => `${action} ${subject}`)).toEqual([
      `revokeApiKey apiKey:${keyIds[0]}`,
      ...keyIds.toReversed().map((id) => `createApiKey apiKey:${id}`),
      expect.stringContaining('createApiKey'), // the tenant's first key
    ]);
    expect(nodes[0].previousHash).toBe(nodes[1].hash);
    expect(nodes[0].hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(nodes)).not.toContain(client.key);
  });

  test('is told by subject, actor and time, in pages', async () => {
    expect((await log({ subject: `apiKey:${keyIds[0]}` })).totalCount).toBe(2);
    const { viewer } = await client.ask('{ viewer { actor } }');
    const own = await log({ actor: viewer.actor, actions: ['createApiKey'] }, { first: 2 });
    expect([own.nodes.length, own.totalCount, own.pageInfo.hasNextPage]).toEqual([2, 3, true]);
    const rest = await log(
      { actor: viewer.actor, actions: ['createApiKey'] },
      { first: 2, after: own.pageInfo.endCursor },
    );
    expect(rest.nodes.map(({ subject }: { subject: string }) => subject)).toEqual([`apiKey:${keyIds[0]}`]);
    const at = rest.nodes[0].at;
    expect((await log({ actions: ['revokeApiKey'], from: at })).totalCount).toBe(1);
    expect((await log({ actions: ['revokeApiKey'], to: new Date(Date.parse(at) - 1).toISOString() })).totalCount).toBe(
      0,
    );
  });

  test('has a line for each time that it was read, with what was asked', async () => {
    const before = (await log({ actions: ['auditLog'] })).totalCount;
    await log({ subject: 'apiKey:x' });
    const { nodes, totalCount } = await log({ actions: ['auditLog'] });
    expect(totalCount).toBe(before + 2);
    expect(nodes[0].detail).toMatchObject({ subject: 'apiKey:x', actor: null });
  });

  test('gives one line by its id, and notes that it did', async () => {
    const [{ id, hash }] = (await log({ actions: ['revokeApiKey'] })).nodes;
    const { auditEntry } = await client.ask('query ($id: ID!) { auditEntry(id: $id) { id hash traceId } }', { id });
    expect(auditEntry).toMatchObject({ id, hash });
    expect((await log({ subject: `auditEntry:${id}` })).totalCount).toBe(1);
  });

  test.each([
    ['first: 0', {}, { first: 0 }, 'first'],
    ['first: 201', {}, { first: 201 }, 'first'],
    ['no action', { actions: [] }, {}, 'filter.actions'],
    ['to before from', { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, {}, 'filter.to'],
    ['a blank actor', { actor: ' ' }, {}, 'filter.actor'],
    ['a cursor that is none', {}, { after: 'abc' }, 'after'],
  ])('refuses %s with BAD_USER_INPUT naming the field', async (_, filter, page, field) => {
    const { errors } = await client.send(LOG, { filter, ...page });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });

  test('is FORBIDDEN for a key that is bound to a project, and for an OPERATOR', async () => {
    for (const input of [{ roles: ['ADMIN'], projectId: tenant.projectId }, { roles: ['OPERATOR'] }]) {
      const { createApiKey } = await client.ask(MAKE_KEY, { input: { name: 'k', ...input } });
      const other = client.withKey(createApiKey.secret);
      for (const query of [
        '{ auditLog { totalCount } }',
        '{ verifyAuditLog { valid } }',
        '{ verifyLedger { valid } }',
        '{ auditEntry(id: "x") { id } }',
      ])
        expect(await other.codeOf(query)).toBe('FORBIDDEN');
    }
  });
});

describe('verifyAuditLog', () => {
  test('finds the whole chain valid while 20 other requests write to it, and notes that it looked', async () => {
    const writes = Array.from({ length: 20 }, (_, n) =>
      client.ask(MAKE_KEY, { input: { name: `k${n}`, roles: ['READER'] } }),
    );
    const looks = Array.from({ length: 5 }, () => client.ask(VERIFY));
    for (const { verifyAuditLog } of await Promise.all(looks))
      expect(verifyAuditLog).toMatchObject({ valid: true, firstBrokenId: null });
    await Promise.all(writes);
    const { verifyAuditLog } = await client.ask(VERIFY);
    expect(verifyAuditLog).toMatchObject({ valid: true, entries: (await log()).totalCount - 2 });
    const [noted] = (await log({ actions: ['verifyAuditLog'] })).nodes;
    expect(noted.detail).toMatchObject({ valid: true, entries: verifyAuditLog.entries });
  });

  test('checks no line of a time before there was one, and refuses a range that ends before it begins', async () => {
    const { verifyAuditLog } = await client.ask(VERIFY, { to: '2020-01-01T00:00:00Z' });
    expect(verifyAuditLog).toMatchObject({ valid: true, entries: 0 });
    const { errors } = await client.send(VERIFY, { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'to' } });
  });
});

test('verifyLedger finds a ledger valid without a line, and with those of 10 calls at once', async () => {
  const VERIFY_LEDGER = '{ verifyLedger { valid entries firstBrokenId checkpoints } }';
  const { verifyLedger } = await client.ask(VERIFY_LEDGER);
  expect(verifyLedger).toEqual({ valid: true, entries: 0, firstBrokenId: null, checkpoints: 0 });
  const record = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { id } } }`;
  const usage = { inputTokens: 100, outputTokens: 10 };
  const input = { projectId: tenant.projectId, model: 'openai/gpt-4o', usage, tags: ['a'], metadata: { b: 1 } };
  await Promise.all(Array.from({ length: 10 }, () => client.ask(record, { input })));
  expect((await client.ask(VERIFY_LEDGER)).verifyLedger).toMatchObject({ valid: true, entries: 10 });
});
