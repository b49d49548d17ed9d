import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['.ci', 'apps', 'gateway', 'subgraphs', 'packages', 'sdk', 'schema', 'migrations', 'tests', 'scripts'];
const NOT_WRITTEN_BY_HAND = ['node_modules', 'dist', 'generated'];
const SOURCE = /[.](ts|tsx|mjs|cjs|js|sh|sql|css)$|^run$/;
const LINES_ALLOWED = 300;
/** The tests of one thing share their set-up, and may be longer. */
const TEST_LINES_ALLOWED = 400;

function findSources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_WRITTEN_BY_HAND.includes(entry.name) ? [] : findSources(path);
    return SOURCE.test(entry.name) ? [path] : [];
  });
}

const countLines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').length;

describe('the size of source files', () => {
  const sources = FOLDERS.filter((folder) => statSync(join(ROOT, folder), { throwIfNoEntry: false })).flatMap(
    (folder) => findSources(join(ROOT, folder)),
  );

  test('no source file has more than 300 lines, and no test file more than 400', () => {
    const limitOf = (path: string) => (/[.]test[.]ts$/.test(path) ? TEST_LINES_ALLOWED : LINES_ALLOWED);
    const tooLong = sources.filter((path) => countLines(path) > limitOf(path));
    expect(tooLong.map((path) => `${relative(ROOT, path)}: ${countLines(path)} lines`)).toEqual([]);
  });

  test('the search for sources finds this file and the packages', () => {
    const names = sources.map((path) => relative(ROOT, path));
    expect(names).toEqual(
      expect.arrayContaining(['tests/contract/file-size.test.ts', 'packages/kernel/src/index.ts', '.ci/run']),
    );
  });
});
