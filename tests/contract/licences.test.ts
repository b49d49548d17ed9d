import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('../../scripts/licences.mjs', import.meta.url));

interface Package {
  readonly license?: unknown;
  /** What package-lock.json says of it. */
  readonly lock?: object;
}

const run = (...options: string[]) => spawnSync(process.execPath, [SCRIPT, ...options], { encoding: 'utf8' });

describe('docs/licences.md', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rae-licences-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  /** Runs the script on a tree with these packages, each in version 1.0.0. */
  const runOn = (packages: Readonly<Record<string, Package>>, ...options: string[]) => {
    const paths = Object.entries(packages).map(([name, one]) => [`node_modules/${name}`, one.lock ?? {}]);
    write('package-lock.json', JSON.stringify({ packages: { '': {}, ...Object.fromEntries(paths) } }));
    write('docs/licences.md', '');
    for (const [name, { license }] of Object.entries(packages))
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', license }));
    return run(...options, folder);
  };
  const readPage = () => readFileSync(join(folder, 'docs/licences.md'), 'utf8');

  test('is what the installed packages state', () => {
    expect(run('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('lists each package with its version under its licence', () => {
    expect(runOn({ one: { license: 'MIT' }, two: { license: { type: 'ISC' } } }).status).toBe(0);
    expect(readPage()).toContain('### ISC (1)\n\n- two 1.0.0\n\n### MIT (1)\n\n- one 1.0.0\n');
  });

  test('leaves out packages for development and those that one platform installs', () => {
    const platform = { license: 'MIT', lock: { optional: true, os: ['linux'] } };
    runOn({ used: { license: 'MIT' }, tool: { license: 'GPL-3.0', lock: { dev: true } }, '@x/linux-x64': platform });
    expect(readPage()).toContain('- used 1.0.0');
    expect(readPage()).not.toMatch(/tool|linux-x64/);
  });

  test.each(['GPL-3.0', 'SSPL-1.0', 'UNLICENSED', 'MIT AND GPL-3.0', 'Elastic-2.0'])(
    'a package under %s fails the script, which names it',
    (license) => {
      const { status, stderr } = runOn({ stranger: { license } });
      expect(status).toBe(1);
      expect(stderr).toContain(`stranger@1.0.0: its licence, ${license},`);
    },
  );

  test('a package that states no licence fails the script', () => {
    expect(runOn({ stranger: {} }).stderr).toContain('none stated');
  });

  test('one allowed licence is enough where there is a choice', () => {
    expect(runOn({ one: { license: '(GPL-3.0 OR MIT)' } }).status).toBe(0);
  });

  test('--check fails on a page that is out of date, and leaves it as it is', () => {
    const { status, stderr } = runOn({ one: { license: 'MIT' } }, '--check');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'docs/licences.md is not up to date: run node scripts/licences.mjs\n',
    });
    expect(readPage()).toBe('');
  });
});
