import { expect, test } from '@jest/globals';
import type { Budget } from '../queries/find-budgets.ts';
import type { UnpricedPolicy } from './tenant-settings.ts';
import { wouldAdmit } from './would-admit.ts';

const budget = (over: Partial<Budget>): Budget => ({
  id: 'b',
  scope: 'TENANT',
  scopeId: 't',
  window: 'DAILY',
  limitNano: 100n,
  limitTokens: null,
  thresholds: [],
  action: 'BLOCK',
  downgradeTo: null,
  downgradeAt: 0.8,
  timeZone: 'UTC',
  weekStartsOn: 1,
  monthStartsOn: 1,
  raise: null,
  createdAt: new Date(0),
  usedNano: 0n,
  usedTokens: 0,
  reservedNano: 0n,
  reservedTokens: 0,
  unpricedCalls: 0,
  rejections: 0,
  windowStartsAt: null,
  resetsAt: null,
  ...over,
});

const RAISE = { extraNano: 50n, extraTokens: 0, until: new Date(1), reason: null, by: 'key:k' };

/** A call of 60 nano-dollars and 10 tokens by `dear`, of 5 by `cheap`; `odd` has no price. */
const costBy = (model: string) => ({ dear: 60n, cheap: 5n })[model] ?? null;
const admits = (over: Partial<Budget>, model = 'dear', policy: UnpricedPolicy = 'DEFAULT') =>
  wouldAdmit([budget(over)], policy, { model, tokens: 10, costBy });

test.each<[string, Partial<Budget>, boolean]>([
  ['that has room', {}, true],
  ['that it fills to the last nano-dollar', { usedNano: 30n, reservedNano: 10n }, true],
  ['that it would pass by one', { usedNano: 30n, reservedNano: 11n }, false],
  ['that is raised', { usedNano: 90n, raise: RAISE }, true],
  ['of tokens that has too few', { limitNano: null, limitTokens: 20, usedTokens: 11 }, false],
  ['that only alerts', { usedNano: 100n, action: 'ALERT' }, true],
  ['that names a cheaper model', { usedNano: 90n, action: 'DOWNGRADE', downgradeTo: 'cheap' }, true],
  ['whose cheaper model costs too much as well', { usedNano: 96n, action: 'DOWNGRADE', downgradeTo: 'cheap' }, false],
])('a budget %s: %p %p', (_, over, admitted) => {
  expect(admits(over)).toBe(admitted);
});

test('a call whose price nobody knows is let through where no budget in USD covers it, unless all such are refused', () => {
  expect(admits({}, 'odd')).toBe(false);
  expect(admits({}, 'odd', 'ALLOW')).toBe(true);
  expect(admits({ limitNano: null, limitTokens: 100 }, 'odd')).toBe(true);
  expect(admits({ limitNano: null, limitTokens: 100 }, 'odd', 'REFUSE')).toBe(false);
});
