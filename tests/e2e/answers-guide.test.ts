import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type TestClient } from '@rae/testkit';

const GUIDE = readFileSync(new URL('../../docs/guides/answers.md', import.meta.url), 'utf8');

/** Samples in their order; a block of JSON is the answer of the one before. */
const samples = [...GUIDE.matchAll(/^```graphql\n(.*?)^```$(?:\n+^```json\n(.*?)^```$)?/gms)].map(
  ([, code = '', answer], at) => ({ name: `sample ${at + 1}`, code, answer: answer ? JSON.parse(answer) : null }),
);

let client: TestClient;
beforeAll(async () => {
  const tenant = await createTestTenant();
  const { createApiKey } = await tenant.client.ask(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { name: 'guide', roles: ['ADMIN'], projectId: tenant.projectId } },
  );
  client = tenant.client.withKey(createApiKey.secret);
});

test('the guide has 6 samples, 3 of them with their answers', () => {
  expect([samples.length, samples.filter(({ answer }) => answer).length]).toEqual([6, 3]);
});

test.each(samples)('$name of the guide of answers gives what it says', async ({ code, answer }) => {
  const data = await client.ask(code);
  if (answer) expect(data).toEqual(answer);
});
