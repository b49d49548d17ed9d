import { describe, expect, test } from '@jest/globals';
import { BudgetExceededError, type BudgetOptions, type HeldCall, withBudget } from './index.ts';
import { errorOf, sendJson } from './testing/fake-server.ts';
import { failureOf, setUp } from './testing/set-up.ts';

const { server, clock, connect } = setUp();

const CALL = { model: 'openai/gpt-4o', inputTokens: 20, maxOutputTokens: 50 };
const USAGE = { inputTokens: 18, outputTokens: 7 };

/** A server that holds, and answers all else, but for what `fail` says of a request. */
function serve(fail: (name: string, number: number) => string | null = () => null): void {
  server().answerWith((response, { query }, number) => {
    const name = /mutation (\w+)/.exec(query)?.[1] ?? '';
    const code = fail(name, number);
    if (code) return sendJson(response, { errors: [errorOf(code)] });
    const reservation = { id: 'r1', model: 'openai/gpt-4o-mini', downgraded: true };
    return sendJson(response, { data: { [`${name[0]?.toLowerCase()}${name.slice(1)}`]: { reservation } } });
  });
}

const asked = () =>
  server().requests.map(({ query, variables }) => [/mutation (\w+)/.exec(query)?.[1], variables.input ?? variables]);

const call = (make: (held: HeldCall) => Promise<string>, options: BudgetOptions = {}) =>
  withBudget(connect(), CALL, async (held) => ({ result: await make(held), usage: USAGE, tags: ['t'] }), {
    clock: clock(),
    ...options,
  });

describe('a call under budgets', () => {
  test('is reserved, made with the model that the budget names, and settled at the usage that it reports', async () => {
    serve();
    const answer = await call(
      async ({ model, downgraded, reservationId }) => `${model} ${downgraded} ${reservationId}`,
    );
    expect(answer).toBe('openai/gpt-4o-mini true r1');
    expect(asked()).toEqual([
      ['ReserveBudget', { ...CALL, idempotencyKey: expect.any(String) }],
      ['SettleReservation', { id: 'r1', usage: { ...USAGE, latencyMs: 0 }, tags: ['t'] }],
    ]);
  });

  test('is not made when it is refused', async () => {
    serve(() => 'BUDGET_EXCEEDED');
    let made = 0;
    const failure = await failureOf(
      call(async () => {
        made += 1;
        return '';
      }),
    );
    expect([failure instanceof BudgetExceededError, made, server().requests.length]).toEqual([true, 0, 1]);
  });

  test('that fails is settled at its input, and its error is thrown', async () => {
    serve();
    const error = new Error('the provider is away');
    expect(await failureOf(call(() => Promise.reject(error)))).toBe(error);
    expect(asked()[1]).toEqual(['SettleReservation', { id: 'r1', usage: { inputTokens: 20, outputTokens: 0 } }]);
  });

  test('that was never made, as wasMade says of its error, is released', async () => {
    serve();
    const error = new Error('no such host');
    const wasMade = (seen: unknown) => seen !== error;
    expect(await failureOf(call(() => Promise.reject(error), { wasMade }))).toBe(error);
    expect(asked()[1]).toEqual(['ReleaseReservation', { id: 'r1' }]);
  });

  test('throws its own error also where ending the hold fails', async () => {
    serve((name) => (name === 'ReserveBudget' ? null : 'CONFLICT'));
    const error = new Error('the provider is away');
    expect(await failureOf(call(() => Promise.reject(error)))).toBe(error);
  });

  test('whose settlement is lost is settled again with the same usage', async () => {
    serve((_, number) => (number === 1 || number === 2 ? 'DEPENDENCY_UNAVAILABLE' : null));
    expect(await call(async () => 'done')).toBe('done');
    expect(asked().map(([name]) => name)).toEqual([
      'ReserveBudget',
      'SettleReservation',
      'SettleReservation',
      'SettleReservation',
    ]);
    expect(asked()[3]).toEqual(asked()[1]);
  });

  test('that lasts has its lease of 120 s extended when 80 s are over, and no longer than it lasts', async () => {
    serve();
    const answer = await call(async () => {
      await clock().deadline(80_000);
      clock().expire();
      while (server().requests.length < 2) await new Promise((resolve) => setImmediate(resolve));
      await clock().deadline(80_000);
      return 'long';
    });
    expect(answer).toBe('long');
    expect(asked().map(([name]) => name)).toEqual(['ReserveBudget', 'ExtendReservation', 'SettleReservation']);
    expect(asked()[1]).toEqual(['ExtendReservation', { id: 'r1', leaseSeconds: 120 }]);
    expect(clock().pending()).toBe(0);
  });

  test('sees the signal of its caller', async () => {
    serve();
    const leaving = new AbortController();
    const reason = new Error('enough');
    const failure = await failureOf(
      call(
        async ({ signal }) => {
          leaving.abort(reason);
          signal.throwIfAborted();
          return '';
        },
        { signal: leaving.signal },
      ),
    );
    expect(failure).toBe(reason);
  });
});
