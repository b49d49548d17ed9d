import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ErrorCode, PlatformError } from '@rae/kernel';
import { type GraphQLSchema, parse } from 'graphql';
import { ITEMS_SDL, OWNERS_SDL } from './toy-schemas.ts';

export interface ToyItem {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string | null;
  readonly tags: unknown;
}

/** What a fetch of a toy subgraph is on behalf of; made anew for each. */
export interface ToyContext {
  readonly actor: string;
  readonly traceparent: string | null;
  readonly signal: AbortSignal | null;
}

interface ToyEvent {
  readonly place: number;
  readonly item: ToyItem;
  readonly traceparent: string | null;
}

/** The state behind both subgraphs; it outlives their servers, as a database does. */
export interface ToyWorld {
  readonly items: ToyItem[];
  readonly log: ToyEvent[];
  readonly contexts: ToyContext[];
  readonly listeners: Set<() => void>;
  /** Places before it have been deleted from the log. */
  oldest: number;
  /** Whether a feed says where in the log it starts. */
  tellsStart: boolean;
  /** Upstream subscriptions that are being read now. */
  open: number;
  aborted: number;
  add(name: string, ownerId?: string | null, tags?: unknown, traceparent?: string | null): ToyItem;
}

export function createToyWorld(): ToyWorld {
  const world: ToyWorld = {
    items: [],
    log: [],
    contexts: [],
    listeners: new Set(),
    oldest: 0,
    tellsStart: true,
    open: 0,
    aborted: 0,
    add(name, ownerId = null, tags = null, traceparent = null) {
      const item = { id: `i${world.items.length + 1}`, name, ownerId, tags };
      world.items.push(item);
      world.log.push({ place: world.log.length + 1, item, traceparent });
      for (const listener of world.listeners) listener();
      return item;
    },
  };
  return world;
}

export const cursorOf = (place: number): string => `c${place}`;

function placeOf(after: string | null | undefined, world: ToyWorld): number {
  if (after === null || after === undefined) return world.log.length;
  const place = Number(after.slice(1));
  if (!Number.isInteger(place)) throw new PlatformError('NOT_FOUND', 'There is no such place.', { after });
  if (place < world.oldest) throw new PlatformError('CURSOR_EXPIRED', 'That is too long ago.', { after });
  return place;
}

/** Every event after a place, and those that follow; `return` takes effect while it waits. */
function follow(world: ToyWorld, after: string | null | undefined, passes: (event: ToyEvent) => boolean) {
  let place = placeOf(after, world);
  let ended = false;
  let wake = () => {};
  const listener = () => wake();
  world.listeners.add(listener);
  world.open += 1;
  const end = () => {
    if (ended) return;
    ended = true;
    world.open -= 1;
    world.listeners.delete(listener);
    wake();
  };
  const iterator = {
    startCursor: world.tellsStart ? cursorOf(place) : null,
    [Symbol.asyncIterator]: () => iterator,
    async next(): Promise<IteratorResult<object>> {
      while (!ended) {
        const event = world.log[place];
        if (!event) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        place = event.place;
        if (passes(event)) return { done: false, value: eventOf(world, event) };
      }
      return { done: true, value: undefined };
    },
    async return(): Promise<IteratorResult<object>> {
      end();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

const owned = (item: ToyItem) => ({ ...item, owner: item.ownerId ? { __typename: 'Owner', id: item.ownerId } : null });

function eventOf(world: ToyWorld, { place, item, traceparent }: ToyEvent) {
  const related = [item, world.items[0] ?? item, item].map(owned);
  const event = { cursor: cursorOf(place), at: place, item: owned(item), related };
  return { itemAdded: event, forever: event, pulse: place, traceparent };
}

const boom = (code: ErrorCode) => {
  throw new PlatformError(code, `Refused with ${code}.`, { because: 'asked for' });
};

const pause = (ms: number, context: ToyContext, world: ToyWorld) =>
  new Promise<number>((resolve) => {
    const timer = setTimeout(() => resolve(ms), ms).unref();
    const stop = () => {
      world.aborted += 1;
      clearTimeout(timer);
      resolve(-1);
    };
    if (context.signal?.aborted) stop();
    else context.signal?.addEventListener('abort', stop, { once: true });
  });

const itemResolvers = (world: ToyWorld) => ({
  Query: {
    items: (_: unknown, { first }: { first: number }) => world.items.slice(0, first).map(owned),
    item: (_: unknown, { id }: { id: string }) => world.items.filter((item) => item.id === id).map(owned)[0] ?? null,
    secretItems: () => world.items.map(owned),
    whoami: (_: unknown, __: unknown, { actor, traceparent }: ToyContext) => ({ actor, traceparent }),
    slow: (_: unknown, { ms }: { ms: number }, context: ToyContext) => pause(ms, context, world),
    fail: (_: unknown, { code }: { code: ErrorCode }) => boom(code),
  },
  Mutation: {
    addItem: (
      _: unknown,
      { name, ownerId, tags }: { name: string; ownerId?: string; tags?: unknown },
      { traceparent }: ToyContext,
    ) => owned(world.add(name, ownerId, tags, traceparent)),
    slowMutation: (_: unknown, { ms }: { ms: number }, context: ToyContext) => pause(ms, context, world),
  },
  Subscription: {
    itemAdded: {
      subscribe: (_: unknown, { nameStarts = '', after }: { nameStarts?: string; after?: string }) =>
        follow(world, after, ({ item }) => item.name.startsWith(nameStarts)),
    },
    forever: { subscribe: (_: unknown, { after }: { after?: string }) => follow(world, after, () => true) },
    pulse: { subscribe: () => follow(world, null, () => true) },
    countdown: {
      async *subscribe(_: unknown, { from }: { from: number }) {
        for (let left = from; left > 0; left -= 1) yield { countdown: left };
      },
    },
  },
  ItemEvent: { fails: () => boom('CONFLICT') },
  Item: {
    __resolveReference: ({ id }: { id: string }) => world.items.filter((item) => item.id === id).map(owned)[0] ?? null,
    fails: () => boom('CONFLICT'),
    colour: () => 'red',
    price: () => 'free',
  },
});

const ownerResolvers = {
  Query: {
    owner: (_: unknown, { id }: { id: string }) => ({ id }),
    owners: () => [{ id: 'o1' }, { id: 'o2' }],
  },
  Owner: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    name: ({ id }: { id: string }) => `name of ${id}`,
    greeting: ({ id }: { id: string }, { word }: { word: string }) => `${word}, ${id}`,
    fails: ({ id }: { id: string }) => (id === 'o2' ? boom('CONFLICT') : `fine ${id}`),
    scores: ({ id }: { id: string }) => ({ of: id, list: [1, 2, 3] }),
  },
  Item: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    price: ({ id }: { id: string }, { currency }: { currency: string }) => `${id.slice(1)} ${currency}`,
  },
};

/** The schema of a toy subgraph over a world. */
export function createToySchema(name: string, world: ToyWorld, itemsSdl = ITEMS_SDL): GraphQLSchema {
  const typeDefs = parse(name === 'items' ? itemsSdl : OWNERS_SDL);
  if (name !== 'items') return buildSubgraphSchema([{ typeDefs, resolvers: ownerResolvers }]);
  const { Item, ...resolvers } = itemResolvers(world);
  const { colour, price, ...fields } = Item;
  const later = itemsSdl.includes('colour') ? { ...fields, colour, price } : fields;
  return buildSubgraphSchema([{ typeDefs, resolvers: { ...resolvers, Item: later } }]);
}
