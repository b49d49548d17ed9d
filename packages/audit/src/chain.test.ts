import { describe, expect, test } from '@jest/globals';
import { type AuditEntry, chainStart, hashEntry, verifyChain } from './chain.ts';

const TENANT = '01a1fdd6-5043-7046-ad5e-645a7c33312b';

function makeChain(length: number, tenantId = TENANT): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let number = 1; number <= length; number++) {
    const previousHash = entries.at(-1)?.hash ?? chainStart(tenantId).hash;
    const line = {
      number,
      previousHash,
      id: `id-${number}`,
      at: new Date(1_700_000_000_000 + number),
      actor: 'key:1',
      action: 'createApiKey',
      subject: `apiKey:${number}`,
      detail: { name: `key ${number}`, roles: ['READER', 'AGENT'], deep: { b: 1.5, a: null } },
      traceId: number % 2 ? null : 'f'.repeat(32),
    };
    entries.push({ ...line, tenantId, hash: hashEntry(line) });
  }
  return entries;
}

const change = (chain: readonly AuditEntry[], at: number, change: Partial<AuditEntry>): AuditEntry[] =>
  chain.map((entry, index) => (index === at ? { ...entry, ...change } : entry));

describe('verifyChain', () => {
  const chain = makeChain(5);

  test('an untouched chain of 5 lines holds, and its head is line 5', () => {
    expect(verifyChain(chain)).toEqual({ firstBrokenId: null, head: { number: 5, hash: chain[4]?.hash } });
  });

  test('no lines hold, and leave the head where it was', () => {
    expect(verifyChain([])).toEqual({ firstBrokenId: null, head: null });
    expect(verifyChain([], chainStart(TENANT))).toEqual({ firstBrokenId: null, head: chainStart(TENANT) });
  });

  test('two pages hold when the second is checked after the head of the first', () => {
    const { head } = verifyChain(chain.slice(0, 2));
    expect(verifyChain(chain.slice(2), head ?? undefined).firstBrokenId).toBeNull();
    expect(verifyChain(chain.slice(2)).firstBrokenId).toBe('id-3');
  });

  test.each([
    ['actor', { actor: 'key:2' }],
    ['action', { action: 'revokeApiKey' }],
    ['subject', { subject: 'apiKey:9' }],
    ['detail', { detail: { name: 'key 3', roles: ['READER', 'ADMIN'], deep: { b: 1.5, a: null } } }],
    ['instant', { at: new Date(1_700_000_000_004) }],
    ['trace id', { traceId: 'e'.repeat(32) }],
    ['id', { id: 'id-0' }],
    ['hash', { hash: Buffer.alloc(32) }],
  ] satisfies [string, Partial<AuditEntry>][])('a changed %s breaks the chain at its own line', (_, changed) => {
    expect(verifyChain(change(chain, 2, changed)).firstBrokenId).toBe('id' in changed ? changed.id : 'id-3');
  });

  test('a line whose hash was made anew to fit breaks the chain at the next line', () => {
    const [, , third] = chain;
    const forged = { ...third, actor: 'key:2' } as AuditEntry;
    expect(verifyChain(change(chain, 2, { ...forged, hash: hashEntry(forged) })).firstBrokenId).toBe('id-4');
  });

  test('a line left out, doubled or moved breaks the chain where it is', () => {
    expect(verifyChain(chain.filter(({ number }) => number !== 2)).firstBrokenId).toBe('id-3');
    expect(verifyChain([...chain.slice(0, 2), ...chain.slice(1)]).firstBrokenId).toBe('id-2');
    expect(verifyChain([2, 1, 3, 4, 5].flatMap((n) => chain[n - 1] ?? [])).firstBrokenId).toBe('id-2');
  });

  test('the chain of one tenant does not hold as that of another', () => {
    const moved = chain.map((entry) => ({ ...entry, tenantId: '01a1fdd6-5048-73c3-9d70-6a5c901ee5a1' }));
    expect(verifyChain(moved).firstBrokenId).toBe('id-1');
  });

  test('the order of the keys of detail does not matter', () => {
    const turned = { deep: { a: null, b: 1.5 }, roles: ['READER', 'AGENT'], name: 'key 3' };
    expect(verifyChain(change(chain, 2, { detail: turned })).firstBrokenId).toBeNull();
  });
});
