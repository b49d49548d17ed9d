import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { NO_CAUSE } from '@rae/kernel';
import type { RequestScope } from '../scope.ts';
import {
  callerOf,
  createTestLogger,
  createToyTransport,
  eventually,
  type ToyTransport,
} from '../testing/toy-gateway.ts';
import { createToyWorld, type ToyWorld } from '../testing/toy-world.ts';
import type { TransportResult } from '../transport.ts';

const SCOPE: RequestScope = {
  caller: callerOf('key:k', ['READER']),
  cause: NO_CAUSE,
  traceparent: null,
  signal: null,
};

let world: ToyWorld;
let toy: ToyTransport;
beforeEach(async () => {
  world = createToyWorld();
  toy = await createToyTransport('over HTTP', 'items', world, createTestLogger());
});
afterEach(async () => {
  jest.useRealTimers();
  await toy.stop();
});

const subscribe = (after: string) => {
  const query = 'subscription($after: String) { itemAdded(after: $after) { cursor item { name } } }';
  return toy.transport.subscribe({ query, variables: { after } }, SCOPE)[Symbol.asyncIterator]();
};

/** The next event; what else comes first says where the subscription starts. */
async function next(events: AsyncIterator<TransportResult>): Promise<unknown> {
  const { value, done } = await events.next();
  if (done) return 'ended';
  return value.data?.itemAdded ?? next(events);
}

/** Ends a subscription, the last of its socket, and lets the 30 s pass that an unused one is kept: it is closing on return. */
async function endLast(events: AsyncIterator<TransportResult>): Promise<void> {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date', 'performance'] });
  await events.return?.();
  while (jest.getTimerCount() === 0) await new Promise((resolve) => setImmediate(resolve));
  jest.runOnlyPendingTimers();
  jest.useRealTimers();
}

test('a subscription that is begun while the unused socket closes begins on a new one, and misses no event', async () => {
  world.add('one');
  const first = subscribe('c0');
  expect(await next(first)).toMatchObject({ cursor: 'c1' });
  await endLast(first);
  const second = subscribe('c0');
  expect(await next(second)).toMatchObject({ cursor: 'c1' });
  const added = next(second);
  world.add('two');
  expect(await added).toMatchObject({ cursor: 'c2' });
  await second.return?.();
});

test('a subscription that began anew so ends with an error when its transport closes', async () => {
  world.add('one');
  const first = subscribe('c0');
  await next(first);
  await endLast(first);
  const second = subscribe('c0');
  await next(second);
  const cut = next(second);
  await eventually(
    'the upstream',
    () => world.open,
    (count) => count === 1,
  );
  await toy.transport.close();
  await expect(cut).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
});
