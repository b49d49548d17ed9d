import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestTenant, type Data, type TestTenant } from '@rae/testkit';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = readFileSync(new URL('../../docs/guides/cost-and-budgets.md', import.meta.url), 'utf8');

interface Sample {
  readonly name: string;
  readonly language: string;
  readonly code: string;
  /** What the JSON behind it says of its answer. */
  readonly answer: Data;
}

/** The samples in their order; a block of JSON is the answer of the one before. */
function readSamples(): Sample[] {
  const samples: Sample[] = [];
  for (const [, language = '', code = ''] of GUIDE.matchAll(/^```(graphql|sh|ts|json)\n(.*?)^```$/gms)) {
    const last = samples.pop();
    if (language === 'json' && last) samples.push({ ...last, answer: JSON.parse(code) });
    else
      samples.push(...(last ? [last] : []), {
        name: `${samples.length + 2}: ${language}`,
        language,
        code,
        answer: null,
      });
  }
  return samples;
}

const samples = readSamples();
const variables: Record<string, string> = { tomorrow: new Date(Date.now() + 86_400_000).toISOString() };
let tenant: TestTenant;
beforeAll(async () => {
  tenant = await createTestTenant();
  variables.projectId = tenant.projectId;
});

/** Runs a program with what the guide's samples find in their environment. */
async function run(command: string, args: readonly string[]): Promise<string> {
  const { url, key } = tenant.client;
  const env = { ...process.env, RAE_URL: url, RAE_KEY: key, PROJECT_ID: tenant.projectId, NODE_NO_WARNINGS: '1' };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(errors).toBe('');
  return output;
}

async function ask(code: string): Promise<Data> {
  const given = Object.entries(variables).filter(([name]) => code.includes(`$${name}`));
  const data = await tenant.client.ask(code, Object.fromEntries(given));
  variables.budgetId ??= data.setBudget?.budget.id;
  variables.reservationId ??= data.reserveBudget?.reservation.id;
  return data;
}

describe('the guide of cost and budgets', () => {
  test('has 8 operations, a request of curl and a program, and says of all but the subscription what comes back', () => {
    const counted = (of: string) => samples.filter(({ language }) => language === of).length;
    expect([counted('graphql'), counted('sh'), counted('ts')]).toEqual([8, 1, 1]);
    const silent = samples.filter(({ answer, language }) => answer === null && language !== 'ts');
    expect(silent.map(({ code }) => code.split(' ')[0])).toEqual(['subscription']);
  });

  test.each(samples.filter(({ answer }) => answer).map((sample) => [sample.name, sample] as const))(
    'sample %s answers what it says',
    async (_, { language, code, answer }) => {
      const said = language === 'sh' ? JSON.parse(await run('bash', ['-c', code])) : await ask(code);
      expect(said).toMatchObject(answer);
    },
  );

  test.each(samples.filter(({ language }) => language === 'ts').map((sample) => [sample.name, sample] as const))(
    'sample %s prints what it says',
    async (_, { code }) => {
      const prints = Array.from(code.matchAll(/\/\/ → (.*)/g), ([, line]) => line);
      const output = await run(process.execPath, ['--input-type=module-typescript', '--eval', code]);
      expect(output.split('\n').filter(Boolean)).toEqual(prints);
    },
  );
});
