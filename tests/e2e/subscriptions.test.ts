import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  createTestTenant,
  type Installation,
  listen,
  startInstallation,
  type TestClient,
  type TestTenant,
  takeEvents,
} from '@rae/testkit';

const HEAR = `subscription ($projectId: ID, $layers: [MemoryLayer!], $after: String) {
  memoryCreated(projectId: $projectId, layers: $layers, after: $after) {
    cursor at memoryId memory { content project { name tenant { name } } } }
}`;
const CREATE = `mutation ($input: CreateMemoryInput!) { createMemory(input: $input) { cursor memory { id } } }`;

type Heard = {
  cursor: string;
  memoryId: string;
  memory: { content: string; project: { name: string; tenant: { name: string } } } | null;
};

const create = async (
  { client, projectId }: Pick<TestTenant, 'client' | 'projectId'>,
  content: string,
  more: object = {},
) => (await client.ask(CREATE, { input: { projectId, content, ...more } })).createMemory;
const hear = async (client: TestClient, variables: Record<string, unknown>, count: number): Promise<Heard[]> => {
  const messages = listen(client, HEAR, variables);
  const events = await takeEvents(messages, count);
  await messages.return();
  return events.map(({ data }) => data.data.memoryCreated);
};
const contents = (events: readonly Heard[]) => events.map(({ memory }) => memory?.content);

describe('memoryCreated', () => {
  test('tells each memory once, in order, with fields of the governance subgraph', async () => {
    const tenant = await createTestTenant();
    const { cursor } = await create(tenant, 'zero');
    for (const content of ['one', 'two', 'three']) await create(tenant, content);
    const events = await hear(tenant.client, { after: cursor }, 3);
    expect(contents(events)).toEqual(['one', 'two', 'three']);
    expect(events[0]?.memory?.project).toEqual({ name: 'default', tenant: { name: expect.any(String) } });
  });

  test('resumes from the cursor of every event without gap or repeat', async () => {
    const tenant = await createTestTenant();
    const { cursor } = await create(tenant, 'start');
    const said = Array.from({ length: 8 }, (_, at) => `turn ${at}`);
    for (const content of said) await create(tenant, content);
    const all = await hear(tenant.client, { after: cursor }, said.length);
    for (const [at, { cursor: after }] of all.entries()) {
      if (at === said.length - 1) continue;
      expect(contents(await hear(tenant.client, { after }, said.length - 1 - at))).toEqual(said.slice(at + 1));
    }
  });

  test('hears nothing of other tenants, projects and layers than it asked for', async () => {
    const tenant = await createTestTenant();
    const other = await createTestTenant();
    const { cursor } = await create(tenant, 'start');
    const { createProject } = await tenant.client.ask(
      `mutation { createProject(input: { name: "other" }) { project { id } } }`,
    );
    await create(other, 'foreign');
    await create({ client: tenant.client, projectId: createProject.project.id }, 'elsewhere', { layer: 'SEMANTIC' });
    await create(tenant, 'episode');
    await create(tenant, 'fact', { layer: 'SEMANTIC' });
    const variables = { after: cursor, projectId: tenant.projectId, layers: ['SEMANTIC'] };
    expect(contents(await hear(tenant.client, variables, 1))).toEqual(['fact']);
    expect(contents(await hear(tenant.client, { after: cursor }, 3))).toEqual(['elsewhere', 'episode', 'fact']);
  });

  test('memory is null where it was deleted since', async () => {
    const tenant = await createTestTenant();
    const { cursor } = await create(tenant, 'start');
    const { memory } = await create(tenant, 'gone soon');
    await tenant.client.ask(`mutation ($id: ID!) { deleteMemory(id: $id) { id } }`, { id: memory.id });
    expect(await hear(tenant.client, { after: cursor }, 1)).toEqual([
      expect.objectContaining({ memoryId: memory.id, memory: null }),
    ]);
  });

  test.each([
    ['garbage', 'garbage'],
    ['of the far future', Buffer.from('e1.999999999999.1').toString('base64url')],
    ['of an epoch to come', Buffer.from('e99.5.1').toString('base64url')],
  ])('a cursor that is %s is BAD_USER_INPUT', async (_, after) => {
    const { client } = await createTestTenant();
    const { value } = await listen(client, HEAR, { after }).next();
    expect(value?.data.errors[0].extensions).toMatchObject({ code: 'BAD_USER_INPUT', details: { field: 'after' } });
  });

  test('a project of another tenant is NOT_FOUND', async () => {
    const other = await createTestTenant();
    const { client } = await createTestTenant();
    const { value } = await listen(client, HEAR, { projectId: other.projectId }).next();
    expect(value?.data.errors[0].extensions.code).toBe('NOT_FOUND');
  });

  test('ends with UNAUTHENTICATED when its key is revoked', async () => {
    const tenant = await createTestTenant();
    const { createApiKey } = await tenant.client.ask(
      `mutation { createApiKey(input: { name: "reader", roles: [READER] }) { secret apiKey { id } } }`,
    );
    const { cursor } = await create(tenant, 'start');
    await create(tenant, 'heard');
    const messages = listen(tenant.client.withKey(createApiKey.secret), HEAR, { after: cursor });
    await takeEvents(messages, 1);
    await tenant.client.ask(`mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { revokedAt } } }`, {
      id: createApiKey.apiKey.id,
    });
    const rest = [];
    for await (const message of messages) rest.push(message);
    expect(rest[0]?.data.errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(rest.at(-1)?.event).toBe('complete');
  });
});

describe('memoryCreated across crashes', () => {
  let installation: Installation;
  let tenant: TestTenant;

  beforeAll(async () => {
    installation = await startInstallation();
    tenant = await createTestTenant(installation);
  });
  afterAll(() => installation.stop());

  test('goes on after the server was killed, with every acknowledged memory and none twice', async () => {
    const { cursor } = await create(tenant, 'start');
    const acknowledged: string[] = [];
    const writing = (async () => {
      for (let at = 0; ; at++) {
        const content = `before ${at}`;
        try {
          await create(tenant, content, { idempotencyKey: content });
        } catch {
          return;
        }
        acknowledged.push(content);
      }
    })();
    const messages = listen(tenant.client, HEAR, { after: cursor });
    const early = (await takeEvents(messages, 5)).map(({ data }) => data.data.memoryCreated);
    await installation.crash('gateway');
    await writing;
    await create(tenant, 'after');
    const resumed = listen(tenant.client, HEAR, { after: early.at(-1).cursor });
    const late: Heard[] = [];
    while (late.at(-1)?.memory?.content !== 'after')
      late.push((await takeEvents(resumed, 1))[0]?.data.data.memoryCreated);
    await resumed.return();
    const heard = contents([...early, ...late]);
    expect(new Set(heard).size).toBe(heard.length);
    for (const content of acknowledged) expect(heard).toContain(content);
  });

  test('a subgraph that is killed and comes back costs an open stream nothing', async () => {
    if (installation.mode === 'embedded') {
      expect([...installation.processes.keys()]).toEqual(['all']); // one process: there is no subgraph to kill alone
      return;
    }
    const { cursor } = await create(tenant, 'start');
    const messages = listen(tenant.client, HEAR, { after: cursor });
    await create(tenant, 'one');
    await takeEvents(messages, 1);
    await installation.crash('memory');
    const said = ['two', 'three'];
    for (const content of said) await create(tenant, content);
    const events = await takeEvents(messages, 2);
    expect(contents(events.map(({ data }) => data.data.memoryCreated))).toEqual(said);
    await messages.return();
  });
});
