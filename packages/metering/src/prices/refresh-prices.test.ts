import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const SCRIPT = new URL('../../../../scripts/refresh-prices.mjs', import.meta.url).pathname;

test('the shipped prices are what scripts/refresh-prices.mjs makes of the installed library', () => {
  expect(() => execFileSync(process.execPath, [SCRIPT, '--check'], { stdio: 'pipe' })).not.toThrow();
});
