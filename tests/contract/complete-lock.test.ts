import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('../../scripts/complete-lock.mjs', import.meta.url));

describe('package-lock.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rae-lock-'));
  const file = join(folder, 'package-lock.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...options: string[]) => spawnSync(process.execPath, [SCRIPT, ...options], { encoding: 'utf8' });
  const complete = (packages: object) => {
    writeFileSync(file, JSON.stringify({ lockfileVersion: 3, packages }));
    const { status, stderr } = run(file);
    return { status, stderr, packages: JSON.parse(readFileSync(file, 'utf8')).packages };
  };

  test('has every optional package of every platform, so that npm ci works on each', () => {
    expect(run('--check')).toMatchObject({ status: 0, stdout: 'the lock has every optional package\n' });
  });

  test('is given missing packages with the platform that their name says, in order, marked as for development', () => {
    const wanted = {
      '@turbo/windows-arm64': '2.1.0',
      '@x/binding-linux-x64-musl': '2.1.0',
      '@turbo/linux-64': '2.1.0',
    };
    const { packages } = complete({
      'node_modules/turbo': { version: '2.1.0', dev: true, optionalDependencies: wanted },
      'node_modules/@turbo/linux-64': { version: '2.1.0', integrity: 'sha512-x' },
    });
    expect(Object.entries(packages)).toEqual([
      ['node_modules/@turbo/linux-64', { version: '2.1.0', integrity: 'sha512-x' }],
      [
        'node_modules/@turbo/windows-arm64',
        { version: '2.1.0', cpu: ['arm64'], dev: true, optional: true, os: ['win32'] },
      ],
      [
        'node_modules/@x/binding-linux-x64-musl',
        { version: '2.1.0', cpu: ['x64'], dev: true, libc: ['musl'], optional: true, os: ['linux'] },
      ],
      ['node_modules/turbo', expect.anything()],
    ]);
  });

  test('is left as it is where a package above already has what is wanted', () => {
    const nested = 'node_modules/a/node_modules/b';
    const packages = {
      [nested]: { version: '1.0.0', optionalDependencies: { 'c-darwin-x64': '1.0.0', 'd-darwin-x64': '1.0.0' } },
      'node_modules/a/node_modules/c-darwin-x64': { version: '1.0.0' },
      'node_modules/d-darwin-x64': { version: '1.0.0' },
    };
    expect(complete(packages).packages).toEqual(packages);
  });

  test.each([
    ['mystery', '1.0.0'],
    ['mystery-darwin-x64', '^1.0.0'],
  ])('is not guessed at: %s@%s fails the script and changes nothing', (name, version) => {
    const packages = { 'node_modules/a': { version: '1.0.0', optionalDependencies: { [name]: version } } };
    const result = complete(packages);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`${name}@${version}, optional for node_modules/a`);
    expect(result.packages).toEqual(packages);
  });
});
