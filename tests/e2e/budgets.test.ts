import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type TestClient, type TestTenant } from '@rae/testkit';

let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createTestTenant();
});

const FIGURES =
  'id scope scopeId window limitUsd usedUsd reservedUsd remainingUsd usedTokens reservedTokens remainingTokens';
const SET = `mutation ($input: SetBudgetInput!) { setBudget(input: $input) { budget { ${FIGURES} windowStartsAt resetsAt } } }`;
const RESERVE = `mutation ($input: ReserveBudgetInput!) { reserveBudget(input: $input) {
  reservation { id status model downgraded reservedUsd reservedTokens expiresAt } budgets { ${FIGURES} } } }`;
const SETTLE = `mutation ($input: SettleReservationInput!) { settleReservation(input: $input) {
  costLog { id totalCostUsd inputTokens outputTokens reservationId agentId tags metadata } budgets { ${FIGURES} } } }`;
const RELEASE = 'mutation ($id: ID!) { releaseReservation(id: $id) { reservation { id status } } }';
const RECORD = `mutation ($input: RecordUsageInput!) { recordUsage(input: $input) {
  costLog { id totalCostUsd priced savedUsd cacheHit occurredAt } budgets { ${FIGURES} } } }`;
const BUDGET = `query ($id: ID!) { budget(id: $id) { ${FIGURES} raise { extraUsd until reason by } forecast { low } windows { usedUsd } } }`;

/** gpt-4o costs 2.50 and 10 USD a million: 2 000 tokens in and 100 out are 0.006 USD. */
const SIX_MILLS = { model: 'openai/gpt-4o', inputTokens: 2_000, maxOutputTokens: 100 };
const USED = { inputTokens: 2_000, outputTokens: 100 };

const setBudget = async (client: TestClient, input: Data) => (await client.ask(SET, { input })).setBudget.budget;
const reserve = async (client: TestClient, input: Data) => (await client.ask(RESERVE, { input })).reserveBudget;
const errorOf = async (client: TestClient, query: string, input: Data) =>
  (await client.send(query, { input })).errors[0];

/** A project of its own with one budget a day. */
async function openProject(limitUsd: string, over: Data = {}): Promise<{ projectId: string; budgetId: string }> {
  const { createProject } = await tenant.client.ask(
    'mutation ($name: String!) { createProject(input: { name: $name }) { project { id } } }',
    { name: `p${Math.random()}` },
  );
  const projectId = createProject.project.id;
  const budget = { scope: 'PROJECT', scopeId: projectId, window: 'DAILY', limitUsd, ...over };
  return { projectId, budgetId: (await setBudget(tenant.client, budget)).id };
}
const keyOf = async (input: Data): Promise<TestClient> => {
  const CREATE = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';
  const { createApiKey } = await tenant.client.ask(CREATE, { input: { name: 'k', roles: ['ADMIN'], ...input } });
  return tenant.client.withKey(createApiKey.secret);
};

describe('a budget of 0.01 USD a day', () => {
  test('lets a call of 0.006 through and refuses the second, saying limit, used, reserved, requested and resetsAt', async () => {
    const { projectId, budgetId } = await openProject('0.01', { timeZone: 'Asia/Tokyo' });
    const first = await reserve(tenant.client, { projectId, ...SIX_MILLS });
    expect(first.reservation).toMatchObject({
      status: 'HELD',
      reservedUsd: '0.006',
      reservedTokens: 2_100,
      downgraded: false,
    });
    expect(first.budgets).toMatchObject([{ id: budgetId, usedUsd: '0', reservedUsd: '0.006', remainingUsd: '0.004' }]);
    const held = await errorOf(tenant.client, RESERVE, { projectId, ...SIX_MILLS });
    const said = { budgetId, scope: 'PROJECT', window: 'DAILY', limit: '0.01', requested: '0.006' };
    expect(held?.extensions).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { ...said, used: '0', reserved: '0.006' },
    });
    const input = { id: first.reservation.id, usage: USED };
    await tenant.client.ask(SETTLE, { input });
    const used = await errorOf(tenant.client, RESERVE, { projectId, ...SIX_MILLS });
    expect(used?.extensions.details).toMatchObject({ ...said, used: '0.006', reserved: '0' });
    // Midnight of Tokyo is 15:00 in UTC.
    expect(used?.extensions.details.resetsAt).toMatch(/T15:00:00.000Z$/);
  });

  test('is raised for a while: the refused call passes, the limit stays', async () => {
    const { projectId, budgetId } = await openProject('0.005');
    const RAISE = `mutation ($input: RaiseBudgetInput!) { raiseBudget(input: $input) { budget { limitUsd remainingUsd raise { extraUsd reason by } } } }`;
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const input = { id: budgetId, extraUsd: '0.002', until, reason: 'the launch', idempotencyKey: budgetId };
    for (let time = 0; time < 2; time++) {
      const { raiseBudget } = await tenant.client.ask(RAISE, { input });
      expect(raiseBudget.budget).toMatchObject({
        limitUsd: '0.005',
        remainingUsd: '0.007',
        raise: { extraUsd: '0.002', reason: 'the launch' },
      });
    }
    await reserve(tenant.client, { projectId, ...SIX_MILLS });
    expect(await tenant.client.codeOf(RESERVE, { input: { projectId, ...SIX_MILLS } })).toBe('BUDGET_EXCEEDED');
    const past = { input: { ...input, until: '2020-01-01', idempotencyKey: null } };
    expect(await tenant.client.codeOf(RAISE, past)).toBe('BAD_USER_INPUT');
  });

  test('is set anew and keeps what was used; deleted, it refuses nothing more', async () => {
    const { projectId, budgetId } = await openProject('0.01');
    const usage = { ...USED };
    await tenant.client.ask(RECORD, { input: { projectId, model: 'openai/gpt-4o', usage } });
    const again = { scope: 'PROJECT', scopeId: projectId, window: 'DAILY', limitUsd: '0.008', limitTokens: 5_000 };
    expect(await setBudget(tenant.client, again)).toMatchObject({
      id: budgetId,
      limitUsd: '0.008',
      usedUsd: '0.006',
      usedTokens: 2_100,
      remainingTokens: 2_900,
    });
    expect(await tenant.client.codeOf(RESERVE, { input: { projectId, ...SIX_MILLS } })).toBe('BUDGET_EXCEEDED');
    await tenant.client.ask('mutation ($id: ID!) { deleteBudget(id: $id) { id cursor } }', { id: budgetId });
    expect(await tenant.client.codeOf(BUDGET, { id: budgetId })).toBe('NOT_FOUND');
    expect((await reserve(tenant.client, { projectId, ...SIX_MILLS })).budgets).toEqual([]);
  });
});

test('of 40 reservations at once where 16 fit, 16 pass and 24 are refused, and what is held never passes the limit', async () => {
  const { projectId, budgetId } = await openProject('0.1', { limitTokens: 16 * 2_100 });
  const seen: Data[] = [];
  const calls = Array.from({ length: 40 }, () => tenant.client.send(RESERVE, { input: { projectId, ...SIX_MILLS } }));
  const watching = Promise.all(
    Array.from({ length: 10 }, async () => seen.push((await tenant.client.ask(BUDGET, { id: budgetId })).budget)),
  );
  const answers = await Promise.all(calls);
  await watching;
  const codes = answers.map(({ errors }) => errors[0]?.extensions.code ?? 'HELD');
  expect([
    codes.filter((code) => code === 'HELD').length,
    codes.filter((code) => code === 'BUDGET_EXCEEDED').length,
  ]).toEqual([16, 24]);
  for (const { reservedUsd, usedUsd } of seen) expect(Number(reservedUsd) + Number(usedUsd)).toBeLessThanOrEqual(0.1);
  expect((await tenant.client.ask(BUDGET, { id: budgetId })).budget).toMatchObject({
    reservedUsd: '0.096',
    reservedTokens: 33_600,
  });
}, 60_000);

describe('a reservation', () => {
  test('settles once at the real usage, in the ledger with its labels; the same again is the same line, another CONFLICT', async () => {
    const { projectId } = await openProject('1');
    const asked = { projectId, agentId: 'scout', subjectType: 'memory', subjectId: 'm-1', ...SIX_MILLS };
    const { reservation } = await reserve(tenant.client, asked);
    const input = {
      id: reservation.id,
      usage: { inputTokens: 2_000, outputTokens: 10 },
      tags: ['t'],
      metadata: { a: 1 },
    };
    const { settleReservation: first } = await tenant.client.ask(SETTLE, { input });
    const line = {
      totalCostUsd: '0.0051',
      outputTokens: 10,
      reservationId: reservation.id,
      agentId: 'scout',
      tags: ['t'],
      metadata: { a: 1 },
    };
    expect(first.costLog).toMatchObject(line);
    expect(first.budgets).toMatchObject([{ usedUsd: '0.0051', reservedUsd: '0', usedTokens: 2_010 }]);
    const { settleReservation: second } = await tenant.client.ask(SETTLE, { input });
    expect(second.costLog.id).toBe(first.costLog.id);
    expect(await tenant.client.codeOf(SETTLE, { input: { ...input, usage: USED } })).toBe('CONFLICT');
    expect(await tenant.client.codeOf(RELEASE, { id: reservation.id })).toBe('CONFLICT');
    const { cost, reservation: read } = await tenant.client.ask(
      `query ($id: ID!) { reservation(id: $id) { status costLog { id } }
        cost(id: "memory:m-1") { totalUsd calls pending budgets { usedUsd } } }`,
      { id: reservation.id },
    );
    expect(read).toEqual({ status: 'SETTLED', costLog: { id: first.costLog.id } });
    expect(cost).toEqual({ totalUsd: '0.0051', calls: 1, pending: false, budgets: [{ usedUsd: '0.0051' }] });
  });

  test('is given back when its call was never made, and cannot be settled then', async () => {
    const { projectId, budgetId } = await openProject('0.01');
    const { reservation } = await reserve(tenant.client, { projectId, ...SIX_MILLS });
    for (let time = 0; time < 2; time++)
      expect((await tenant.client.ask(RELEASE, { id: reservation.id })).releaseReservation.reservation.status).toBe(
        'RELEASED',
      );
    expect((await tenant.client.ask(BUDGET, { id: budgetId })).budget).toMatchObject({
      usedUsd: '0',
      reservedUsd: '0',
    });
    expect(await tenant.client.codeOf(SETTLE, { input: { id: reservation.id, usage: USED } })).toBe('CONFLICT');
  });

  test('is made once under an idempotencyKey, and its lease is extended', async () => {
    const { projectId } = await openProject('0.01');
    const input = { projectId, ...SIX_MILLS, idempotencyKey: `k-${projectId}` };
    const [one, two] = [await reserve(tenant.client, input), await reserve(tenant.client, input)];
    expect(two.reservation.id).toBe(one.reservation.id);
    expect(await tenant.client.codeOf(RESERVE, { input: { ...input, inputTokens: 1 } })).toBe('IDEMPOTENCY_CONFLICT');
    const EXTEND =
      'mutation ($id: ID!, $s: Int!) { extendReservation(id: $id, leaseSeconds: $s) { reservation { expiresAt } } }';
    const { extendReservation } = await tenant.client.ask(EXTEND, { id: one.reservation.id, s: 3_600 });
    expect(Date.parse(extendReservation.reservation.expiresAt)).toBeGreaterThan(
      Date.parse(one.reservation.expiresAt) + 3_000_000,
    );
    expect(await tenant.client.codeOf(EXTEND, { id: one.reservation.id, s: 3_601 })).toBe('BAD_USER_INPUT');
    const { reservations } = await tenant.client.ask(
      'query ($p: ID!) { reservations(projectId: $p, status: HELD) { totalCount nodes { id } } }',
      { p: projectId },
    );
    expect(reservations).toEqual({ totalCount: 1, nodes: [{ id: one.reservation.id }] });
  });

  test('names the cheaper model from downgradeAt on', async () => {
    const downgrade = { action: 'DOWNGRADE', downgradeTo: 'openai/gpt-4o-mini', downgradeAt: 0.5 };
    const { projectId } = await openProject('0.01', downgrade);
    const first = await reserve(tenant.client, { projectId, ...SIX_MILLS });
    const second = await reserve(tenant.client, { projectId, ...SIX_MILLS });
    expect([first.reservation.model, second.reservation.model]).toEqual(['openai/gpt-4o', 'openai/gpt-4o-mini']);
    expect(second.reservation).toMatchObject({ downgraded: true, reservedUsd: '0.00036' });
  });
});

test('a call without a price is unpriced and never 0, or refused, as the tenant has decided', async () => {
  const own = await createTestTenant();
  const { projectId, client } = own;
  const POLICY =
    'mutation ($p: UnpricedPolicy!) { setTenantSettings(input: { unpricedPolicy: $p }) { settings { unpricedPolicy } } }';
  const call = { projectId, model: 'nobody/knows-this', inputTokens: 10, maxOutputTokens: 10 };
  const { reservation } = await reserve(client, call);
  const { costLog } = (await client.ask(RECORD, { input: { projectId, model: call.model, usage: USED } })).recordUsage;
  expect([reservation.reservedUsd, costLog]).toMatchObject(['0', { priced: false, totalCostUsd: null }]);
  await client.ask(POLICY, { p: 'REFUSE' });
  expect(await client.codeOf(RESERVE, { input: call })).toBe('BUDGET_EXCEEDED');
  await client.ask(POLICY, { p: 'FALLBACK' });
  expect((await reserve(client, call)).reservation.reservedUsd).toBe('0.0004');
  const { tenant: seen } = await client.ask('{ tenant { settings { unpricedPolicy } stats { unpricedCallsToday } } }');
  expect(seen).toEqual({ settings: { unpricedPolicy: 'FALLBACK' }, stats: { unpricedCallsToday: 1 } });
});

test('recorded usage is booked in full past the limit, on the day that it happened, and what a cache saved is told', async () => {
  const { projectId, budgetId } = await openProject('0.001');
  const record = async (input: Data) =>
    (await tenant.client.ask(RECORD, { input: { projectId, model: 'openai/gpt-4o', usage: USED, ...input } }))
      .recordUsage;
  const first = await record({ idempotencyKey: projectId });
  expect(first.budgets).toMatchObject([{ id: budgetId, usedUsd: '0.006', remainingUsd: '0' }]);
  expect((await record({ idempotencyKey: projectId })).costLog.id).toBe(first.costLog.id);
  const cached = await record({ usage: { ...USED, cacheHit: true } });
  expect(cached.costLog).toMatchObject({ totalCostUsd: '0', savedUsd: '0.006', cacheHit: true });
  const occurredAt = new Date(Date.now() - 3 * 86_400_000).toISOString();
  expect((await record({ occurredAt })).budgets).toMatchObject([{ usedUsd: '0.006' }]);
  const [, past] = (
    await tenant.client.ask(
      `query ($p: ID!) { costBreakdown(input: { by: [DAY], filter: { projectId: $p }, orderBy: KEYS_ASC }) { rows { keys { value } usd calls } } }`,
      { p: projectId },
    )
  ).costBreakdown.rows.toReversed();
  expect(past).toEqual({ keys: [{ value: occurredAt.slice(0, 10) }], usd: '0.006', calls: 1 });
  const { budget } = await tenant.client.ask(BUDGET, { id: budgetId });
  expect(budget.windows).toEqual([{ usedUsd: '0.006' }]);
});

describe('a bound key', () => {
  test('sets budgets of its own project, agent and keys, and FORBIDDEN or NOT_FOUND are all others', async () => {
    const { projectId } = await openProject('1');
    const other = await openProject('1');
    const bound = await keyOf({ projectId, agentId: 'scout' });
    const own = (scope: string, scopeId: string) => ({ input: { scope, scopeId, window: 'TOTAL', limitTokens: 10 } });
    await bound.ask(SET, own('PROJECT', projectId));
    await bound.ask(SET, own('AGENT', 'scout'));
    expect(await bound.codeOf(SET, own('AGENT', 'other'))).toBe('FORBIDDEN');
    expect(await bound.codeOf(SET, own('USER', 'anna'))).toBe('FORBIDDEN');
    expect(await bound.codeOf(SET, own('TENANT', tenant.tenantId))).toBe('FORBIDDEN');
    expect(await bound.codeOf(SET, own('PROJECT', other.projectId))).toBe('NOT_FOUND');
    expect(await bound.codeOf(SET, own('API_KEY', projectId))).toBe('NOT_FOUND');
    expect(await bound.codeOf(BUDGET, { id: other.budgetId })).toBe('NOT_FOUND');
    expect(await bound.codeOf('mutation { setTenantSettings(input: {}) { settings { unpricedPolicy } } }')).toBe(
      'FORBIDDEN',
    );
    const stranger = await createTestTenant();
    expect(await stranger.client.codeOf(SET, own('TENANT', tenant.tenantId))).toBe('NOT_FOUND');
  });

  test('pays from the budgets of the agent that it is bound to as well, and settles no other project’s reservation', async () => {
    const { projectId } = await openProject('1');
    const other = await openProject('1');
    const bound = await keyOf({ projectId, agentId: `agent-${projectId}`, roles: ['AGENT'] });
    await setBudget(tenant.client, {
      scope: 'AGENT',
      scopeId: `agent-${projectId}`,
      window: 'HOURLY',
      limitUsd: '0.01',
    });
    const held = await reserve(bound, SIX_MILLS);
    expect(held.budgets.map(({ scope }: Data) => scope).sort()).toEqual(['AGENT', 'PROJECT']);
    expect(await bound.codeOf(RESERVE, { input: SIX_MILLS })).toBe('BUDGET_EXCEEDED');
    const foreign = (await reserve(tenant.client, { projectId: other.projectId, ...SIX_MILLS })).reservation;
    expect(await bound.codeOf(SETTLE, { input: { id: foreign.id, usage: USED } })).toBe('NOT_FOUND');
    expect(await bound.codeOf(RELEASE, { id: foreign.id })).toBe('NOT_FOUND');
  });
});

describe('bad input is BAD_USER_INPUT naming the field', () => {
  const budget = { scope: 'USER', scopeId: 'u', window: 'DAILY' };
  test.each<[string, Data]>([
    ['input.limitUsd', { limitUsd: '0' }],
    ['input.limitUsd', { limitUsd: '-1' }],
    ['input.limitUsd', {}],
    ['input.limitTokens', { limitTokens: 0 }],
    ['input.limitTokens', { limitTokens: 1.5 }],
    ['input.limitTokens', { limitTokens: 2 ** 53 }],
    ['input.timeZone', { limitUsd: '1', timeZone: 'Mars/Olympus' }],
    ['input.thresholds', { limitUsd: '1', thresholds: [0] }],
    ['input.weekStartsOn', { limitUsd: '1', weekStartsOn: 8 }],
    ['input.monthStartsOn', { limitUsd: '1', monthStartsOn: 31 }],
    ['input.downgradeTo', { limitUsd: '1', action: 'DOWNGRADE' }],
  ])('setBudget: %s of %j', async (field, over) => {
    const error = await errorOf(tenant.client, SET, { ...budget, ...over });
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });

  test.each(['NaN', '1e400', 'Infinity', '', '0x10', '1'.repeat(16), '0.0000000001'])(
    'a Decimal of %j',
    async (limitUsd) => {
      expect(await tenant.client.codeOf(SET, { input: { ...budget, limitUsd } })).toBe('BAD_USER_INPUT');
    },
  );

  test.each<[string, Data]>([
    ['input.usage.cachedInputTokens', { inputTokens: 10, outputTokens: 0, cachedInputTokens: 11 }],
    ['input.usage.reasoningTokens', { inputTokens: 10, outputTokens: 1, reasoningTokens: 2 }],
    ['input.usage.inputTokens', { inputTokens: -1, outputTokens: 0 }],
    ['input.usage.latencyMs', { inputTokens: 1, outputTokens: 0, latencyMs: -1 }],
  ])('recordUsage: %s of %j', async (field, usage) => {
    const error = await errorOf(tenant.client, RECORD, { projectId: tenant.projectId, model: 'openai/gpt-4o', usage });
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });

  test.each<[string, Data]>([
    ['input.leaseSeconds', { leaseSeconds: 0 }],
    ['input.subjectType', { subjectId: 'x' }],
    ['input.userId', { userId: 'x'.repeat(201) }],
    ['input.inputTokens', { inputTokens: -5 }],
  ])('reserveBudget: %s, case %#', async (field, over) => {
    const error = await errorOf(tenant.client, RESERVE, { projectId: tenant.projectId, ...SIX_MILLS, ...over });
    expect(error?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });

  test('usage of 2^53 tokens, and of 31 days and a minute ago', async () => {
    const usage = { inputTokens: 2 ** 53, outputTokens: 0 };
    const call = { projectId: tenant.projectId, model: 'openai/gpt-4o' };
    expect(await tenant.client.codeOf(RECORD, { input: { ...call, usage } })).toBe('BAD_USER_INPUT');
    const occurredAt = new Date(Date.now() - 31 * 86_400_000 - 60_000).toISOString();
    expect(await tenant.client.codeOf(RECORD, { input: { ...call, usage: USED, occurredAt } })).toBe('BAD_USER_INPUT');
  });
});
