import { createBareClient } from './bare-client.ts';
import { createMethods } from './generated/methods.ts';
import type { BareClient, ClientOptions } from './options.ts';

export type Client = BareClient & ReturnType<typeof createMethods>;

/**
 * Makes a client of a RAE server: a method for each operation, and `query` and `subscribe` for documents of one's own. It
 * holds no connection, so that there is nothing to close. `createBareClient` makes one without the methods, for bundles
 * where every kilobyte counts.
 *
 * @throws TypeError for an option that cannot be
 */
export function createClient(options: ClientOptions): Client {
  const client = createBareClient(options);
  return { ...client, ...createMethods(client) };
}
