import { describe, expect, test } from '@jest/globals';
import { PlatformError } from '@rae/kernel';
import { createTogether } from './together.ts';

/** Statements that are answered when the test says so. */
function openSender() {
  const sent: { readonly tenant: string; readonly asks: readonly string[] }[] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const failing = new Map<string, Error>();
  const ask = createTogether<string, string>('asking', async (tenant, take) => {
    const asks = take();
    sent.push({ tenant, asks });
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    const error = asks.map((one) => failing.get(one)).find((one) => one !== undefined);
    if (error) throw error;
    return asks.map((one) => one.toUpperCase());
  });
  /** Answers what is under way, and what that sets going, until nothing is. */
  const answer = async () => {
    for (let at = 0; at < gates.length; at++) {
      gates[at]?.resolve();
      await new Promise(setImmediate);
    }
  };
  return { ask, sent, failing, answer };
}

describe('asks of one tenant', () => {
  test('of which the first goes at once and alone, and the 3 that arrive meanwhile go together, each with its own answer', async () => {
    const { ask, sent, answer } = openSender();
    const first = ask('t', 'a');
    expect(sent).toEqual([{ tenant: 't', asks: ['a'] }]);
    const rest = ['b', 'c', 'd'].map((one) => ask('t', one));
    await answer();
    expect(await Promise.all([first, ...rest])).toEqual(['A', 'B', 'C', 'D']);
    expect(sent.map(({ asks }) => asks)).toEqual([['a'], ['b', 'c', 'd']]);
  });

  test('wait for none of another tenant', async () => {
    const { ask, sent, answer } = openSender();
    const both = [ask('t', 'a'), ask('u', 'b')];
    expect(sent).toHaveLength(2);
    await answer();
    expect(await Promise.all(both)).toEqual(['A', 'B']);
  });

  test('go 64 at a time', async () => {
    const { ask, sent, answer } = openSender();
    const all = Array.from({ length: 100 }, (_, n) => ask('t', `a${n}`));
    await answer();
    await Promise.all(all);
    expect(sent.map(({ asks }) => asks.length)).toEqual([1, 64, 35]);
  });

  test('of which one makes the statement fail are sent one by one, and that one alone fails', async () => {
    const { ask, failing, answer } = openSender();
    failing.set('c', new Error('not this one'));
    const all = ['a', 'b', 'c', 'd'].map((one) => ask('t', one));
    const settled = Promise.allSettled(all);
    await answer();
    expect((await settled).map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual([
      'A',
      'B',
      'not this one',
      'D',
    ]);
  });

  test('are not sent again where the database may have done them: all are told', async () => {
    const { ask, sent, failing, answer } = openSender();
    failing.set('b', new PlatformError('DEPENDENCY_UNAVAILABLE', 'gone'));
    const all = ['a', 'b', 'c'].map((one) => ask('t', one));
    const settled = Promise.allSettled(all);
    await answer();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(sent).toHaveLength(2);
  });

  test('that get no connection are all told, and the next one is sent', async () => {
    let away = true;
    const ask = createTogether<string, string>('asking', async (_, take) => {
      await new Promise(setImmediate);
      if (away) throw new Error('no connection');
      return [...take()];
    });
    const settled = await Promise.allSettled([ask('t', 'a'), ask('t', 'b')]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    away = false;
    expect(await ask('t', 'c')).toBe('c');
  });
});
