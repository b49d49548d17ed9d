import { randomUUID } from 'node:crypto';
import { createTestClient, type TestClient } from './client.ts';
import { type Installation, startInstallation } from './installation.ts';
import { isDistributed, startMigratedDatabase } from './migrated-database.ts';
import { startMigratedFolder, stopMigratedFolder } from './migrated-folder.ts';

const URL_NAME = 'RAE_TEST_URL';
const KEY_NAME = 'RAE_TEST_KEY';

let shared: Installation | null = null;
let dropTemplate = async (): Promise<void> => {};

/** Jest's globalSetup of the end-to-end tests: one installation for all files, each of which makes a tenant of its own in it. */
export async function startShared(): Promise<void> {
  await startMigratedFolder();
  if (isDistributed()) dropTemplate = await startMigratedDatabase();
  shared = await startInstallation();
  process.env[URL_NAME] = shared.url;
  process.env[KEY_NAME] = shared.key;
}

export async function stopShared(): Promise<void> {
  await shared?.stop();
  await dropTemplate();
  await stopMigratedFolder();
}

export interface TestTenant {
  readonly tenantId: string;
  /** Its project `default`. */
  readonly projectId: string;
  /** With the tenant's first ADMIN key. */
  readonly client: TestClient;
}

const CREATE_TENANT = `mutation ($name: String!) {
  createTenant(input: { name: $name }) { tenant { id } project { id } secret }
}`;

/** A new tenant of an installation, seen by no other test; of the shared one when left out. */
export async function createTestTenant(of?: Pick<Installation, 'url' | 'key'>): Promise<TestTenant> {
  const { url, key } = of ?? { url: process.env[URL_NAME] ?? '', key: process.env[KEY_NAME] ?? '' };
  const { createTenant } = await createTestClient(url, key).ask(CREATE_TENANT, { name: `test ${randomUUID()}` });
  return {
    tenantId: createTenant.tenant.id,
    projectId: createTenant.project.id,
    client: createTestClient(url, createTenant.secret),
  };
}

/** A server for samples: the shared one, with a key that is bound to a new tenant's own project. */
export async function startTestServer(): Promise<{ url: string; key: string; stop: () => Promise<void> }> {
  const { client, projectId } = await createTestTenant();
  const { createApiKey } = await client.ask(
    `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }`,
    { input: { name: 'samples', roles: ['ADMIN'], projectId } },
  );
  return { url: client.url, key: createApiKey.secret, stop: async () => {} };
}
