import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestServer } from '@rae/testkit';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(new URL('../../sdk/README.md', import.meta.url), 'utf8');

interface Sample {
  readonly section: string;
  readonly code: string;
  /** What its lines say that they print, in order. */
  readonly prints: readonly string[];
}

/** `// → one → two` says that a line prints two lines. */
const printsOf = (code: string) =>
  code.split('\n').flatMap((line) => line.match(/\/\/ → (.*)/)?.[1]?.split(' → ') ?? []);

const samples: Sample[] = README.split(/^## /m).flatMap((section) =>
  Array.from(section.matchAll(/^```ts\n(.*?)^```$/gms), ([, code = '']) => ({
    section: section.slice(0, section.indexOf('\n')),
    code,
    prints: printsOf(code),
  })),
);

/** The client that the first sample makes is there in all of them. */
const clientLines = samples[0]?.code.match(/^.*?\n}\);\n/s)?.[0] ?? '';

let server: Awaited<ReturnType<typeof startTestServer>>;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** Runs a sample as a program of its own. */
async function run({ code }: Sample): Promise<{ lines: string[]; errors: string }> {
  const program = code.startsWith(clientLines) ? code : clientLines + code;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', program], {
    cwd: ROOT,
    env: { ...process.env, RAE_URL: server.url, RAE_KEY: server.key, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { lines: output.split('\n').filter(Boolean), errors };
}

describe('samples of the SDK’s README', () => {
  test('each section that has one says what it prints', () => {
    expect(samples.filter(({ prints }) => prints.length === 0)).toEqual([]);
    expect(new Set(samples.map(({ section }) => section)).size).toBe(8);
  });

  test.each(samples.map((sample, index) => [`${sample.section}, sample ${index + 1}`, sample] as const))(
    '%s prints what it says',
    async (_, sample) => {
      expect(await run(sample)).toEqual({ lines: sample.prints, errors: '' });
    },
  );
});
