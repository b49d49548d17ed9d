import type { CallCount } from '@rae/kernel';
import type { GraphQLResolveInfo } from 'graphql';
import { getGraphQLRateLimiter, type Identity, Store } from 'graphql-rate-limit';

const isTaken = (counts: readonly CallCount[]): boolean => counts.every(({ hasRoom }) => hasRoom);

/**
 * The package's protocol is read, then write, and between the two everybody passes (measured: 100 of 100 calls under a limit
 * of 10, with its own stores). So reading is where this store counts, in one atomic step, and writing does nothing.
 */
class AtomicStore extends Store {
  readonly #take: () => Promise<readonly CallCount[]>;
  counts: readonly CallCount[] | null = null;

  constructor(take: () => Promise<readonly CallCount[]>) {
    super();
    this.#take = take;
  }

  /**
   * The package is asked for one place (`max: 1`) and told whether it is free: told of every call it would copy and filter
   * them all (measured: 0.2 ms of CPU for 3 000 calls, 0.009 ms so).
   */
  override async getForIdentity(_identity: Identity): Promise<readonly number[]> {
    this.counts = await this.#take();
    return isTaken(this.counts) ? [] : [Date.now()];
  }

  override setForIdentity(): void {}
}

/** The package asks for these and reads nothing but the field's name. */
const infoOf = (fieldName: string) => ({ fieldName }) as GraphQLResolveInfo;

/**
 * Asks graphql-rate-limit whether the calls of an operation may pass, with `take` as its store.
 *
 * @throws Error when the package lets pass what the store refused, or the other way round
 */
export async function takeThrough(take: () => Promise<readonly CallCount[]>): Promise<readonly CallCount[]> {
  const store = new AtomicStore(take);
  const limiter = getGraphQLRateLimiter({ store, identifyContext: () => '' });
  const refused = await limiter({ parent: {}, args: {}, context: {}, info: infoOf('operation') }, { max: 1 });
  if (!store.counts || isTaken(store.counts) !== (refused === undefined))
    throw new Error('graphql-rate-limit did not go by its store');
  return store.counts;
}
