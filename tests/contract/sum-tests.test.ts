import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('../../scripts/sum-tests.mjs', import.meta.url));
const GREEN = { numPassedTests: 3, numFailedTests: 0, numRuntimeErrorTestSuites: 0, testResults: [] };

describe('the sum of test runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rae-sum-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const sum = (...results: object[]) => {
    const files = results.map((_, index) => join(folder, `${index}.json`));
    for (const [index, file] of files.entries()) writeFileSync(file, JSON.stringify(results[index]));
    const { status, stdout } = spawnSync(process.execPath, [SCRIPT, ...files], { encoding: 'utf8' });
    return { status, line: stdout.trimEnd().split('\n').at(-1) };
  };

  test('two green runs of 3 and 4 tests are 7 passed', () => {
    expect(sum(GREEN, { ...GREEN, numPassedTests: 4 })).toEqual({ status: 0, line: '7 passed, 0 failed' });
  });

  test('2 failed tests and a suite that did not start are 3 failed', () => {
    const red = { ...GREEN, numFailedTests: 2, numRuntimeErrorTestSuites: 1 };
    expect(sum(GREEN, red)).toEqual({ status: 1, line: '6 passed, 3 failed' });
  });

  test('a run without a single test counts as 1 failed', () => {
    expect(sum(GREEN, { ...GREEN, numPassedTests: 0 })).toEqual({ status: 1, line: '3 passed, 1 failed' });
  });

  test('a run that left no result counts as 1 failed', () => {
    const { status, stdout } = spawnSync(process.execPath, [SCRIPT, join(folder, 'none.json')], { encoding: 'utf8' });
    expect({ status, lastLine: stdout.trimEnd().split('\n').at(-1) }).toEqual({
      status: 1,
      lastLine: '0 passed, 1 failed',
    });
  });
});
