import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type Installation, startInstallation, type TestTenant } from '@rae/testkit';

const CLOCK = new URL('lib/moved-clock.ts', import.meta.url).href;
const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;

let folder: string;
let installation: Installation;
let tenant: TestTenant;

/** How far it is to the next midnight of Tokyo, which is 15:00 in UTC. */
const TO_MIDNIGHT = DAY - ((Date.now() + 9 * 60 * MINUTE) % DAY);
const moveClock = (ms: number) => writeFile(join(folder, 'clock'), String(ms));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rae-clock-'));
  await moveClock(TO_MIDNIGHT - 10 * MINUTE);
  installation = await startInstallation({
    NODE_OPTIONS: `--import=${CLOCK}`,
    MOVED_CLOCK_FILE: join(folder, 'clock'),
  });
  tenant = await createTestTenant(installation);
}, 240_000);
afterAll(async () => {
  await installation.stop();
  await rm(folder, { recursive: true });
});

const RESERVE = `mutation ($input: ReserveBudgetInput!) { reserveBudget(input: $input) { reservation { id } budgets { usedUsd reservedUsd } } }`;
const RECORD = 'mutation ($input: RecordUsageInput!) { recordUsage(input: $input) { costLog { totalCostUsd } } }';
const BUDGET = 'query ($id: ID!) { budget(id: $id) { usedUsd reservedUsd resetsAt windows { usedUsd } } }';

/** A project with a budget of 0.01 USD a day, of which 0.006 are used. */
async function openProject(timeZone: string): Promise<{ projectId: string; budgetId: string }> {
  const { createProject } = await tenant.client.ask(
    'mutation ($name: String!) { createProject(input: { name: $name }) { project { id } } }',
    { name: timeZone },
  );
  const projectId = createProject.project.id;
  const { setBudget } = await tenant.client.ask(
    'mutation ($input: SetBudgetInput!) { setBudget(input: $input) { budget { id } } }',
    { input: { scope: 'PROJECT', scopeId: projectId, window: 'DAILY', limitUsd: '0.01', timeZone } },
  );
  const usage = { inputTokens: 2_000, outputTokens: 100 };
  await tenant.client.ask(RECORD, { input: { projectId, model: 'openai/gpt-4o', usage } });
  return { projectId, budgetId: setBudget.budget.id };
}

const CALL = { model: 'openai/gpt-4o', inputTokens: 2_000, maxOutputTokens: 100 };
const reserve = (projectId: string, more: object = {}) =>
  tenant.client.send(RESERVE, { input: { projectId, ...CALL, ...more } });
const budgetOf = async (id: string): Promise<Data> => (await tenant.client.ask(BUDGET, { id })).budget;

test('at 23:50 a budget of Tokyo refuses a call, which passes at midnight; all processes are killed between, and a hold of before is settled', async () => {
  const [tokyo, newYork] = [await openProject('Asia/Tokyo'), await openProject('America/New_York')];
  const { errors } = await reserve(tokyo.projectId);
  expect(errors[0]?.extensions).toMatchObject({
    code: 'BUDGET_EXCEEDED',
    details: { limit: '0.01', used: '0.006', reserved: '0', requested: '0.006' },
  });
  const { resetsAt } = await budgetOf(tokyo.budgetId);
  expect([errors[0]?.extensions.details.resetsAt, resetsAt.slice(10)]).toEqual([resetsAt, 'T15:00:00.000Z']);
  expect((await reserve(newYork.projectId)).errors[0]?.extensions.code).toBe('BUDGET_EXCEEDED');
  const { data } = await reserve(newYork.projectId, { inputTokens: 1_000, maxOutputTokens: 10, leaseSeconds: 60 });
  expect(await budgetOf(newYork.budgetId)).toMatchObject({ usedUsd: '0.006', reservedUsd: '0.0026' });

  await moveClock(TO_MIDNIGHT);
  await Promise.all([...installation.processes.keys()].map((role) => installation.crash(role)));

  expect((await reserve(tokyo.projectId)).data.reserveBudget.budgets).toEqual([{ usedUsd: '0', reservedUsd: '0.006' }]);
  expect((await reserve(newYork.projectId)).errors[0]?.extensions.code).toBe('BUDGET_EXCEEDED');
  expect(await budgetOf(tokyo.budgetId)).toMatchObject({
    resetsAt: new Date(Date.parse(resetsAt) + DAY).toISOString(),
    windows: [{ usedUsd: '0.006' }],
  });
  // Nobody was there to settle it, and its lease is over: its input is booked, once.
  while ((await budgetOf(newYork.budgetId)).reservedUsd !== '0') await new Promise((resolve) => setImmediate(resolve));
  expect(await budgetOf(newYork.budgetId)).toMatchObject({ usedUsd: '0.0085' });
  const LOGS = 'query ($id: ID!) { costLogs(filter: { projectId: $id }) { nodes { totalCostUsd reservationId } } }';
  const { costLogs } = await tenant.client.ask(LOGS, { id: newYork.projectId });
  const reservationId = data.reserveBudget.reservation.id;
  expect(costLogs.nodes).toEqual([
    { totalCostUsd: '0.0025', reservationId },
    { totalCostUsd: '0.006', reservationId: null },
  ]);
}, 240_000);
