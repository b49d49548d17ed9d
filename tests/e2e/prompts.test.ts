import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient, type TestTenant } from '@rae/testkit';

const SAVE = `mutation ($input: SavePromptVersionInput!) { savePromptVersion(input: $input) {
  prompt { id projectId name } version { id version template variables status createdBy contentHash evaluation } } }`;
const SET = `mutation ($id: ID!, $version: Int!, $status: PromptStatus!, $comment: String) {
  setPromptStatus(promptId: $id, version: $version, status: $status, comment: $comment) { version { version status } prompt { production { version } } } }`;
const READ = `query ($name: String!, $projectId: ID) { prompt(name: $name, projectId: $projectId) {
  id projectId production { version } versions { version status template } } }`;
const RENDER = `query ($name: String!, $version: Int, $variables: JSON!) {
  renderPrompt(name: $name, version: $version, variables: $variables) { text version tokens } }`;
const MAKE_KEY = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }';

let tenant: TestTenant;
let client: TestClient;

beforeAll(async () => {
  tenant = await createTestTenant();
  client = tenant.client;
});

const save = async (input: Record<string, unknown>, as = client) => (await as.ask(SAVE, { input })).savePromptVersion;
const set = (id: string, version: number, status: string, as = client) => as.send(SET, { id, version, status });
/** A version's way into production. */
async function rollOut(id: string, version: number): Promise<void> {
  for (const status of ['IN_REVIEW', 'APPROVED', 'PRODUCTION'])
    expect((await set(id, version, status)).errors).toEqual([]);
}
async function makeKey(input: Record<string, unknown>): Promise<TestClient> {
  const { createApiKey } = await client.ask(MAKE_KEY, { input: { name: 'k', roles: ['ADMIN'], ...input } });
  return client.withKey(createApiKey.secret);
}

describe('savePromptVersion', () => {
  test('makes version 1, then 2; the newest template again makes none and takes the evaluation', async () => {
    const one = await save({ name: 'saved', template: 'Hello {{name}}' });
    expect(one.version).toMatchObject({ version: 1, status: 'DRAFT', variables: ['name'], evaluation: null });
    expect(one.version.contentHash).toMatch(/^[0-9a-f]{64}$/);
    const two = await save({ name: 'saved', template: 'Hi {{name}}' });
    expect([two.prompt.id, two.version.version]).toEqual([one.prompt.id, 2]);
    const again = await save({ name: 'saved', template: 'Hi {{name}}', evaluation: { score: 0.9 } });
    expect(again.version).toMatchObject({ version: 2, evaluation: { score: 0.9 } });
    expect((await save({ name: 'saved', template: 'Hello {{name}}' })).version.version).toBe(3);
  });

  test('takes what runEvaluation measured, whole, and gives it back', async () => {
    const MAKE = 'mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { memory { id } } }';
    const content = 'The kiln burns at 1 200 degrees.';
    const { createMemory } = await client.ask(MAKE, { input: { projectId: tenant.projectId, content } });
    const RUN = `mutation ($input: RunEvaluationInput!) { runEvaluation(input: $input) {
      evaluation { id dataset cases recallAt10 mrr ndcgAt10 latencyP95Ms settings results { query foundMemoryIds } } } }`;
    const cases = [{ query: 'How hot does the kiln burn?', relevantMemoryIds: [createMemory.memory.id] }];
    const input = { projectId: tenant.projectId, dataset: 'pottery', cases };
    const { evaluation } = (await client.ask(RUN, { input })).runEvaluation;
    expect(evaluation).toMatchObject({ cases: 1, recallAt10: 1 });
    await save({ name: 'measured', template: 'Answer {{question}}' });
    await save({ name: 'measured', template: 'Answer {{question}}', evaluation });
    const { prompt } = await client.ask(
      'query ($name: String!) { prompt(name: $name) { versions { version evaluation } } }',
      { name: 'measured' },
    );
    expect(prompt.versions).toEqual([{ version: 1, evaluation }]);
  });

  test('gives 20 parallel templates the versions 1 to 20, and 10 under one idempotencyKey the same', async () => {
    const saved = await Promise.all(Array.from({ length: 20 }, (_, n) => save({ name: 'busy', template: `t${n}` })));
    expect(saved.map(({ version }) => version.version).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    const input = { name: 'once', template: 'x', idempotencyKey: 'k1' };
    const same = await Promise.all(Array.from({ length: 10 }, () => save(input)));
    expect(new Set(same.map(({ version }) => version.id)).size).toBe(1);
    expect(await client.codeOf(SAVE, { input: { ...input, template: 'y' } })).toBe('IDEMPOTENCY_CONFLICT');
  });

  test.each([
    ['an empty template', { template: '' }, 'input.template'],
    ['65 537 characters', { template: 'x'.repeat(65_537) }, 'input.template'],
    ['a {{ that begins no variable', { template: 'Hi {{user name}}' }, 'input.template'],
    ['a name with a slash', { name: '../x' }, 'input.name'],
    ['an evaluation of 65 537 bytes', { evaluation: { a: 'x'.repeat(65_537) } }, 'input.evaluation'],
    ['a projectId that is no UUID', { projectId: 'default' }, 'input.projectId'],
  ])('refuses %s with BAD_USER_INPUT naming the field', async (_, input, field) => {
    const { errors } = await client.send(SAVE, { input: { name: 'bad', template: 't', ...input } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
  });
});

describe('setPromptStatus', () => {
  test('puts one version into production, which retires the one that was, and back', async () => {
    const { prompt } = await save({ name: 'rolled', template: 'one' });
    await save({ name: 'rolled', template: 'two' });
    await rollOut(prompt.id, 1);
    await rollOut(prompt.id, 2);
    const statuses = async () =>
      (await client.ask(READ, { name: 'rolled' })).prompt.versions.map(({ status }: { status: string }) => status);
    expect(await statuses()).toEqual(['PRODUCTION', 'RETIRED']);
    await set(prompt.id, 1, 'APPROVED');
    const { data } = await set(prompt.id, 1, 'PRODUCTION');
    expect(data.setPromptStatus.prompt.production).toEqual({ version: 1 });
    expect(await statuses()).toEqual(['RETIRED', 'PRODUCTION']);
  });

  test('of 5 approved versions that are rolled out at once leaves exactly one in production', async () => {
    let id = '';
    for (let n = 1; n <= 5; n++) {
      id = (await save({ name: 'raced', template: `t${n}` })).prompt.id;
      for (const status of ['IN_REVIEW', 'APPROVED']) await set(id, n, status);
    }
    const answers = await Promise.all([1, 2, 3, 4, 5].map((version) => set(id, version, 'PRODUCTION')));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const { prompt } = await client.ask(READ, { name: 'raced' });
    const inUse = prompt.versions.filter(({ status }: { status: string }) => status === 'PRODUCTION');
    expect(inUse).toEqual([expect.objectContaining(prompt.production)]);
  });

  test('refuses a step that does not follow with CONFLICT and says which do', async () => {
    const { prompt } = await save({ name: 'stepped', template: 'one' });
    const { errors } = await set(prompt.id, 1, 'PRODUCTION');
    expect(errors[0]?.extensions).toMatchObject({
      code: 'CONFLICT',
      details: { from: 'DRAFT', to: 'PRODUCTION', allowed: ['IN_REVIEW', 'RETIRED'] },
    });
    expect((await set(prompt.id, 2, 'IN_REVIEW')).errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  test('wants somebody other than the author where the tenant asks for four eyes', async () => {
    await client.ask(
      'mutation { setTenantSettings(input: { promptsNeedFourEyes: true }) { settings { promptsNeedFourEyes } } }',
    );
    const author = await makeKey({});
    const { prompt } = await save({ name: 'seen', template: 'one' }, author);
    expect((await set(prompt.id, 1, 'IN_REVIEW', author)).errors).toEqual([]);
    expect((await set(prompt.id, 1, 'APPROVED', author)).errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await set(prompt.id, 1, 'APPROVED')).errors).toEqual([]);
    expect((await set(prompt.id, 1, 'PRODUCTION', author)).errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await set(prompt.id, 1, 'PRODUCTION')).errors).toEqual([]);
    await client.ask(
      'mutation { setTenantSettings(input: { promptsNeedFourEyes: false }) { settings { promptsNeedFourEyes } } }',
    );
  });

  test('stands in the audit log, as saving does', async () => {
    const { prompt } = await save({ name: 'noted', template: 'one' });
    await client.ask(SET, { id: prompt.id, version: 1, status: 'IN_REVIEW', comment: 'please' });
    const { auditLog } = await client.ask(
      'query ($subject: String) { auditLog(filter: { subject: $subject }) { nodes { action detail } } }',
      { subject: `prompt:${prompt.id}` },
    );
    expect(auditLog.nodes).toEqual([
      {
        action: 'setPromptStatus',
        detail: { name: 'noted', version: 1, from: 'DRAFT', to: 'IN_REVIEW', retired: null, comment: 'please' },
      },
      { action: 'savePromptVersion', detail: expect.objectContaining({ version: 1, what: 'version saved' }) },
    ]);
  });
});

describe('renderPrompt', () => {
  beforeAll(async () => {
    const { prompt } = await save({ name: 'greeting', template: 'Hello {{name}}, you are {{age}}.' });
    await rollOut(prompt.id, 1);
    await save({ name: 'greeting', template: 'Newer: {{name}}' });
  });

  test('takes the production version, or the one that is named, and counts tokens', async () => {
    const { renderPrompt } = await client.ask(RENDER, { name: 'greeting', variables: { name: '{{age}}', age: 7 } });
    expect(renderPrompt).toEqual({ text: 'Hello {{age}}, you are 7.', version: 1, tokens: 9 });
    const named = await client.ask(RENDER, { name: 'greeting', version: 2, variables: { name: 'Ada' } });
    expect(named.renderPrompt.text).toBe('Newer: Ada');
  });

  test('names a variable that is missing or unknown', async () => {
    for (const [variables, field] of [
      [{ name: 'Ada' }, 'variables.age'],
      [{ name: 'Ada', age: 1, more: 2 }, 'variables.more'],
    ] as const) {
      const { errors } = await client.send(RENDER, { name: 'greeting', variables });
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field } });
    }
  });

  test('is NOT_FOUND without a version in production', async () => {
    await save({ name: 'drafted', template: 'x' });
    expect(await client.codeOf(RENDER, { name: 'drafted', variables: {} })).toBe('NOT_FOUND');
  });
});

test("a key that is bound to a project sees its project's prompt before the tenant's, and changes only its own", async () => {
  const bound = await makeKey({ projectId: tenant.projectId });
  const shared = await save({ name: 'shared', template: 'of the tenant' });
  expect((await bound.ask(READ, { name: 'shared' })).prompt.projectId).toBeNull();
  expect((await set(shared.prompt.id, 1, 'IN_REVIEW', bound)).errors[0]?.extensions.code).toBe('NOT_FOUND');
  const own = await save({ name: 'shared', template: 'of the project' }, bound);
  expect(own.prompt.projectId).toBe(tenant.projectId);
  expect((await bound.ask(READ, { name: 'shared' })).prompt.id).toBe(own.prompt.id);
  expect((await client.ask(READ, { name: 'shared' })).prompt.id).toBe(shared.prompt.id);
});

describe('npm run prompts', () => {
  let folder: string;
  let key: string;
  let other: TestTenant;
  const run = async (direction: string, ...more: readonly string[]): Promise<string> => {
    const program = new URL('../../apps/server/src/commands/prompts.ts', import.meta.url).pathname;
    const env = { PATH: process.env.PATH, RAE_URL: client.url, RAE_KEY: key };
    return (await promisify(execFile)(process.execPath, [program, direction, folder, ...more], { env })).stdout;
  };
  beforeAll(async () => {
    other = await createTestTenant();
    key = other.client.key;
    folder = await mkdtemp(join(tmpdir(), 'rae-prompts-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('pulls the newest versions as files, and pushes back what has changed and nothing else', async () => {
    const text = 'Grüße, {{name}}\n\n no end of line \t';
    await save({ name: 'a', template: 'first' }, other.client);
    await save({ name: 'a', template: text }, other.client);
    await save({ name: 'b', template: 'of a project', projectId: other.projectId }, other.client);
    const inProject = join(other.projectId, 'b.md');
    expect(await run('pull')).toBe(`a.md  written, version 2\n${inProject}  written, version 1\n`);
    expect(await readFile(join(folder, 'a.md'), 'utf8')).toBe(text);
    expect(await run('pull')).toContain('a.md  unchanged, version 2');
    expect(await run('push')).toContain('a.md  unchanged, version 2');

    await writeFile(join(folder, inProject), 'changed {{here}}');
    await writeFile(join(folder, 'c.md'), 'new');
    const pushed = await run('push');
    expect(pushed.split('\n').sort()).toEqual(
      [
        '',
        'a.md  unchanged, version 2',
        `${inProject}  saved as version 2, DRAFT`,
        'c.md  made, version 1, DRAFT',
      ].sort(),
    );
    expect((await run('push')).match(/unchanged/g)).toHaveLength(3);
    const { prompt } = await other.client.ask(READ, { name: 'b', projectId: other.projectId });
    expect(prompt.versions[0].template).toBe('changed {{here}}');
  });

  test('leaves alone what was changed on both sides, says so with exit code 1, and takes it once it is merged', async () => {
    await save({ name: 'd', template: 'one' }, other.client);
    await run('pull');
    await writeFile(join(folder, 'd.md'), 'mine');
    await save({ name: 'd', template: 'theirs' }, other.client);
    const refused = {
      code: 1,
      stdout: expect.stringContaining('d.md  conflict: version 2 of the server is not in it'),
    };
    await expect(run('push')).rejects.toMatchObject(refused);
    const told = { code: 1, stdout: expect.stringContaining('d.md  conflict: changed here and on the server') };
    await expect(run('pull')).rejects.toMatchObject(told);
    const texts = ['d.md', 'd.md.theirs'].map((file) => readFile(join(folder, file), 'utf8'));
    expect(await Promise.all(texts)).toEqual(['mine', 'theirs']);
    expect(await run('pull')).toContain('d.md  kept as it was changed here, since version 2');
    await writeFile(join(folder, 'd.md'), 'mine and theirs');
    expect(await run('push')).toContain('d.md  saved as version 3, DRAFT');
  });

  test('with --force takes the side that it comes from', async () => {
    await save({ name: 'e', template: 'one' }, other.client);
    await writeFile(join(folder, 'e.md'), 'mine');
    expect(await run('push', '--force')).toContain('e.md  saved as version 2, DRAFT');
    await save({ name: 'e', template: 'theirs' }, other.client);
    expect(await run('push')).toContain('e.md  unchanged here; pull version 3');
    await writeFile(join(folder, 'e.md'), 'mine again');
    expect(await run('pull', '--force')).toContain('e.md  updated, version 3');
    expect(await readFile(join(folder, 'e.md'), 'utf8')).toBe('theirs');
  });

  test('says how it is used when it is not used so', async () => {
    await expect(run('copy')).rejects.toMatchObject({
      stderr: expect.stringContaining('npm run prompts -- pull|push <folder> [--force]'),
    });
  });
});
