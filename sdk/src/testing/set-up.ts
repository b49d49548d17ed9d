import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type ClientOptions, createClient } from '../index.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { type FakeServer, startFakeServer } from './fake-server.ts';

/** A server for all tests of a file, and for each of them a clock of its own. */
export function setUp() {
  let server: FakeServer;
  let clock: FakeClock;
  beforeAll(async () => {
    server = await startFakeServer();
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    clock = createFakeClock();
  });
  return {
    server: (): FakeServer => server,
    clock: (): FakeClock => clock,
    connect: (options: Partial<ClientOptions> = {}) =>
      createClient({ url: server.url, key: 'rae_key', clock, ...options }),
  };
}

/** What it rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
