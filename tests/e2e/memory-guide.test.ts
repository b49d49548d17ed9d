import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { createTestTenant, type TestTenant } from '@rae/testkit';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = readFileSync(new URL('../../docs/guides/memory.md', import.meta.url), 'utf8');
const blocks = Array.from(GUIDE.matchAll(/^```(graphql|json|ts)\n(.*?)^```$/gms), ([, kind = '', code = '']) => ({
  kind,
  code,
}));
const samples = blocks.flatMap(({ kind, code }, at) =>
  kind === 'json' ? [] : [{ kind, code, answer: blocks[at + 1] }],
);

let tenant: TestTenant;
const variables: Record<string, string> = {};
beforeAll(async () => {
  tenant = await createTestTenant();
  variables.projectId = tenant.projectId;
});

test.each(samples.map((sample, at) => [at + 1, sample.kind, sample] as const))(
  'sample %i of the guide, %s, answers what stands behind it',
  async (_, kind, { code, answer }) => {
    if (kind === 'ts') {
      const env = { ...process.env, RAE_URL: tenant.client.url, RAE_KEY: tenant.client.key, NODE_NO_WARNINGS: '1' };
      const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', code], { cwd: ROOT, env });
      expect((await text(child.stdout)).trim()).toBe(/\/\/ → (.*)/.exec(code)?.[1]);
      return;
    }
    const given = Object.entries(variables).filter(([name]) => code.includes(`$${name}`));
    if (code.includes('supersedeMemory')) {
      const now = Date.now();
      while (Date.now() <= now + 1) await new Promise(setImmediate);
      variables.before = new Date(now + 1).toISOString();
      while (Date.now() <= now + 2) await new Promise(setImmediate);
    }
    const data = await tenant.client.ask(code, Object.fromEntries(given));
    variables.memoryId ??= data.createMemory?.memory.id;
    expect(answer?.kind).toBe('json');
    expect(data).toMatchObject(JSON.parse(answer?.code ?? ''));
  },
);
