import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const PROGRAM = `
  import { getCompileCacheDir } from 'node:module';
  console.log(JSON.stringify({ used: getCompileCacheDir() ?? null, told: process.env.NODE_COMPILE_CACHE ?? null }));
`;

/** The folder that a program started with tracing keeps compiled code in, and the one that it tells its children. */
function run(environment: Record<string, string>): { used: string | null; told: string | null } {
  const options = ['--import', '@rae/telemetry/otel', '--input-type=module', '--eval', PROGRAM];
  return JSON.parse(execFileSync(process.execPath, options, { cwd: import.meta.dirname, env: environment }).toString());
}

test('compiled code is kept beside the packages, where only who may change the program may write', () => {
  const folder = join(import.meta.dirname, '../../../node_modules/.cache/compiled');
  const { used, told } = run({});
  expect(told).toBe(folder);
  expect(used?.startsWith(folder)).toBe(true);
});

test('compiled code is kept in the folder of NODE_COMPILE_CACHE where it names one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rae-compiled-'));
  const { used, told } = run({ NODE_COMPILE_CACHE: folder });
  expect(told).toBe(folder);
  expect(used?.startsWith(folder)).toBe(true);
  rmSync(folder, { recursive: true });
});

test('no compiled code is kept with NODE_DISABLE_COMPILE_CACHE', () => {
  expect(run({ NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual({ used: null, told: null });
});
