import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const GUARD = fileURLToPath(new URL('../../scripts/services/guard.sh', import.meta.url));

/** Says that it runs, and by which signal it is stopped. */
const SERVER = `
  setInterval(() => {}, 1000);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { console.log(signal); process.exit(0); });
  console.log('running');
`;

function guard(signal: string, program: string) {
  const folder = mkdtempSync(join(tmpdir(), 'rae-guard-'));
  const child = spawn('sh', [GUARD, signal, folder, process.execPath, '--eval', program]);
  return { folder, child, lines: child.stdout.setEncoding('utf8'), ended: once(child, 'exit') };
}

describe('the guard of a server that tests start', () => {
  test.each(['INT', 'TERM'])(
    'stops it with SIG%s once standard input is closed, and removes its folder',
    async (signal) => {
      const { folder, child, lines, ended } = guard(signal, SERVER);
      await once(lines, 'data');
      expect(existsSync(folder)).toBe(true);
      const said = once(lines, 'data');
      child.stdin.end();
      expect(await said).toEqual([`SIG${signal}\n`]);
      expect(await ended).toEqual([0, null]);
      expect(existsSync(folder)).toBe(false);
    },
  );

  test('ends with status 3 where the server does so by itself, and removes its folder', async () => {
    const { folder, ended } = guard('TERM', 'process.exit(3)');
    expect(await ended).toEqual([3, null]);
    expect(existsSync(folder)).toBe(false);
  });
});
