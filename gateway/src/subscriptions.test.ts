import { afterEach, describe, expect, test } from '@jest/globals';
import { overSse, overWs, type Payload, post, type Reader, wsClient } from './testing/clients.ts';
import { composeToys, eventually, startToy, TOY_MODES, type Toy, type ToyOptions } from './testing/toy-gateway.ts';
import { BOTH_ITEMS_SDL, LATER_ITEMS_SDL, LATER_OWNERS_SDL } from './testing/toy-schemas.ts';

const ADDED = 'subscription ($after: String) { itemAdded(after: $after) { item { name owner { name } } } }';

const open: (Toy | Reader)[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await ('stop' in each ? each.stop() : each.end());
});

async function start(options: ToyOptions = {}): Promise<Toy> {
  const toy = await startToy(options);
  open.push(toy);
  return toy;
}

/** A stream whose upstream is being read, and the promise of its first payload. */
async function subscribe(toy: Toy, query: string, variables = {}, edge: 'ws' | 'sse' = 'ws') {
  const before = toy.world.open;
  const reader = edge === 'ws' ? overWs(toy, query, variables) : await overSse(toy, query, variables);
  open.push(reader);
  const first = reader.next();
  await eventually(
    'the upstream',
    () => toy.world.open,
    (n) => n > before,
  );
  return { reader, first };
}

const added = (name: string, owner: string | null = null) => ({
  data: { itemAdded: { item: { name, owner: owner ? { name: `name of ${owner}` } : null } } },
});

/** Reads payloads one by one until there are `n`. */
async function take(reader: Reader, n: number, first: Promise<Payload> = reader.next()): Promise<Payload[]> {
  const payloads = [await first];
  while (payloads.length < n) payloads.push(await reader.next());
  return payloads;
}

const nameOf = (payload: Payload): string => payload.data.itemAdded.item.name;

describe.each(TOY_MODES)('a federated subscription with subgraphs %s', (mode) => {
  test('resolves aliases, fragments, variables and conditions across subgraphs, a list with duplicates by one fetch', async () => {
    const toy = await start({ mode });
    const query = `
      subscription S($starts: String, $word: String, $with: Boolean = true) {
        event: itemAdded(nameStarts: $starts) {
          place: at
          item { ...Named owner { ...Owned } }
          related { id cost: price owner @include(if: $with) { greeting(word: $word) } }
        }
      }
      fragment Named on Item { n: name }
      fragment Owned on Owner { o: name }`;
    toy.world.add('first', 'o2');
    const { reader, first } = await subscribe(toy, query, { starts: 'x', word: 'hi' });
    toy.world.add('other', 'o1');
    toy.world.add('x1', 'o1');
    const owned = (id: string, owner: string) => ({
      id,
      cost: `${id.slice(1)} EUR`,
      owner: { greeting: `hi, ${owner}` },
    });
    expect(await first).toEqual({
      data: {
        event: {
          place: 3,
          item: { n: 'x1', owner: { o: 'name of o1' } },
          related: [owned('i3', 'o1'), owned('i1', 'o2'), owned('i3', 'o1')],
        },
      },
    });
    const asked = toy.fetches.flatMap(({ variables: { representations } }) =>
      Array.isArray(representations) ? [representations.length] : [],
    );
    expect(Math.max(...asked)).toBe(2);
    const without = await subscribe(toy, query, { starts: 'y', with: false });
    const next = reader.next();
    toy.world.add('y', null);
    toy.world.add('x2', null);
    expect((await without.first).data.event.related[0]).toEqual({ id: 'i4', cost: '4 EUR' });
    expect((await next).data.event.item).toEqual({ n: 'x2', owner: null });
  });

  test('asks no other subgraph when the events carry everything', async () => {
    const toy = await start({ mode });
    const { first } = await subscribe(toy, 'subscription { itemAdded { c: cursor item { name } } }');
    toy.world.add('one');
    expect(await first).toEqual({ data: { itemAdded: { c: 'c1', item: { name: 'one' } } } });
    expect(toy.fetches.map(({ subgraph }) => subgraph)).toEqual(['items']);
  });

  test('is found by its name in a document of several operations', async () => {
    const toy = await start({ mode });
    const client = wsClient(toy);
    const query = 'query A { items { id } } subscription B { itemAdded { item { name owner { name } } } }';
    const events = client.iterate({ query, operationName: 'B' });
    const first = events.next();
    await eventually(
      'the upstream',
      () => toy.world.open,
      (n) => n === 1,
    );
    toy.world.add('one', 'o1');
    expect((await first).value).toEqual(added('one', 'o1'));
    await client.dispose();
  });

  test('tells an error of another subgraph at its place, with its code, and keeps the rest of the event', async () => {
    const toy = await start({ mode });
    toy.world.add('first', 'o2');
    const query = 'subscription { it: itemAdded { related { id owner { fails } } } }';
    const { reader, first } = await subscribe(toy, query);
    toy.world.add('one', 'o1');
    expect(await first).toEqual({
      data: {
        it: {
          related: [
            { id: 'i2', owner: { fails: 'fine o1' } },
            { id: 'i1', owner: null },
            { id: 'i2', owner: { fails: 'fine o1' } },
          ],
        },
      },
      errors: [
        {
          message: 'Refused with CONFLICT.',
          path: ['it', 'related', 1, 'owner', 'fails'],
          extensions: { code: 'CONFLICT', retryable: false, details: { because: 'asked for' }, traceId: null },
        },
      ],
    });
    const second = reader.next();
    toy.world.add('two', null);
    expect((await second).data.it.related).toHaveLength(3);
  });

  test("tells an error of the event's own subgraph at its place", async () => {
    const toy = await start({ mode });
    const { first } = await subscribe(toy, 'subscription { itemAdded { x: fails item { name } } }');
    toy.world.add('one');
    const payload = await first;
    expect(payload.data).toEqual({ itemAdded: { x: null, item: { name: 'one' } } });
    expect(payload.errors).toMatchObject([{ path: ['itemAdded', 'x'], extensions: { code: 'CONFLICT' } }]);
  });

  test('ends when its upstream completes', async () => {
    const toy = await start({ mode });
    const reader = overWs(toy, 'subscription { countdown(from: 2) }');
    open.push(reader);
    expect(await take(reader, 3)).toEqual([{ data: { countdown: 2 } }, { data: { countdown: 1 } }, 'ended']);
  });

  test.each(['ws', 'sse'] as const)('starts after the cursor that the client gives, over %s', async (edge) => {
    const toy = await start({ mode });
    for (const name of ['one', 'two', 'three']) toy.world.add(name, 'o1');
    const { reader, first } = await subscribe(toy, ADDED, { after: 'c1' }, edge);
    expect((await take(reader, 2, first)).map(nameOf)).toEqual(['two', 'three']);
  });

  test.each([
    ['CURSOR_EXPIRED', 'c1'],
    ['NOT_FOUND', 'nowhere'],
  ])('ends with %s when the subgraph refuses its cursor, and is not opened again', async (code, after) => {
    const toy = await start({ mode });
    toy.world.oldest = 2;
    for (const reader of [overWs(toy, ADDED, { after }), await overSse(toy, ADDED, { after })]) {
      open.push(reader);
      const error = await reader.next().catch((errors: Payload) => ({ errors }));
      expect(error.errors).toMatchObject([{ extensions: { code, retryable: false, details: { after } } }]);
    }
    expect(toy.fetches).toHaveLength(2);
  });

  test('closes all 200 upstreams when 200 clients leave', async () => {
    const toy = await start({ mode });
    const client = wsClient(toy);
    const others = wsClient(toy);
    const streams = Array.from({ length: 200 }, (_, i) => (i % 2 ? client : others).iterate({ query: ADDED }));
    const first = streams.map((stream) => stream.next());
    await eventually(
      '200 upstreams',
      () => toy.world.open,
      (n) => n === 200,
    );
    toy.world.add('one', 'o1');
    for (const payload of await Promise.all(first)) expect(payload.value).toEqual(added('one', 'o1'));
    expect(await toy.metrics.registry.getSingleMetricAsString('rae_gateway_subscriptions_open')).toContain(' 200');
    await Promise.all(streams.map((stream) => stream.return?.()));
    await eventually(
      'no upstream',
      () => toy.world.open,
      (n) => n === 0,
    );
    expect(await toy.metrics.registry.getSingleMetricAsString('rae_gateway_subscriptions_open')).toContain(' 0');
    await Promise.all([client.dispose(), others.dispose()]);
  });

  test('a tenant may hold as many as the limit says, and another tenant its own', async () => {
    const toy = await start({ mode, limits: { subscriptionsPerTenant: 2 } });
    const first = await subscribe(toy, ADDED);
    await subscribe(toy, ADDED, {}, 'sse');
    const third = await overWs(toy, ADDED)
      .next()
      .catch((errors: Payload) => errors);
    expect(third).toMatchObject([{ extensions: { code: 'RATE_LIMITED', details: { limit: 2, remaining: 0 } } }]);
    const sse = await overSse(toy, ADDED);
    expect(await sse.next()).toBe('ended');
    const stranger = overWs(toy, ADDED, {}, 'stranger');
    open.push(stranger);
    stranger.next().catch(() => {});
    await eventually(
      'the third upstream',
      () => toy.world.open,
      (n) => n === 3,
    );
    await first.reader.end();
    await eventually(
      'its end',
      () => toy.world.open,
      (n) => n === 2,
    );
    await subscribe(toy, ADDED);
  });
});

describe('a subscription whose subgraph is restarted', () => {
  test.each(['ws', 'sse'] as const)(
    'loses and repeats nothing, and its client does not notice, over %s',
    async (edge) => {
      const toy = await start({ mode: 'over HTTP' });
      const { reader, first } = await subscribe(toy, ADDED, {}, edge);
      toy.world.add('before', 'o1');
      expect(nameOf(await first)).toBe('before');
      const next = reader.next();
      await toy.kill('items');
      toy.world.add('between 1', 'o1');
      toy.world.add('between 2', 'o1');
      await toy.restart('items');
      expect((await take(reader, 2, next)).map(nameOf)).toEqual(['between 1', 'between 2']);
      const after = reader.next();
      await toy.kill('items');
      await toy.restart('items');
      toy.world.add('after', 'o1');
      expect(await after).toEqual(added('after', 'o1'));
      const resumes = await toy.metrics.registry.getSingleMetricAsString('rae_gateway_subscription_resumes_total');
      expect(resumes).toMatch(/rae_gateway_subscription_resumes_total\{subgraph="items"\} [2-9]/);
      expect(toy.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  test('loses nothing before its first event either, where the subgraph says where it starts', async () => {
    const toy = await start({ mode: 'over HTTP' });
    const { first } = await subscribe(toy, ADDED);
    await toy.kill('items');
    toy.world.add('between', 'o1');
    await toy.restart('items');
    expect(await first).toEqual(added('between', 'o1'));
  });

  test('ends with DEPENDENCY_UNAVAILABLE where nobody could say what was missed', async () => {
    const toy = await start({ mode: 'over HTTP' });
    toy.world.tellsStart = false;
    const lost = { extensions: { code: 'DEPENDENCY_UNAVAILABLE', retryable: true } };
    for (const query of [ADDED, 'subscription { pulse }']) {
      const { first } = await subscribe(toy, query);
      const ended = expect(first).rejects.toMatchObject([lost]);
      await toy.kill('items');
      await ended;
      await toy.restart('items');
    }
  });

  test('ends with CURSOR_EXPIRED when the log no longer reaches back to where it was', async () => {
    const toy = await start({ mode: 'over HTTP' });
    const { reader, first } = await subscribe(toy, ADDED);
    toy.world.add('one');
    await first;
    const ended = expect(reader.next()).rejects.toMatchObject([{ extensions: { code: 'CURSOR_EXPIRED' } }]);
    await toy.kill('items');
    toy.world.oldest = 5;
    await toy.restart('items');
    await ended;
  });

  test('is not opened again once its client has left', async () => {
    const toy = await start({ mode: 'over HTTP' });
    const { reader, first } = await subscribe(toy, ADDED);
    toy.world.add('one');
    await first;
    await toy.kill('items');
    await reader.end();
    await toy.restart('items');
    const gauge = () => toy.metrics.registry.getSingleMetricAsString('rae_gateway_subscriptions_open');
    await eventually('its end', gauge, (text) => text.endsWith(' 0'));
    expect(toy.world.open).toBe(0);
  });

  test('a dead subgraph costs an event its own fields alone', async () => {
    const toy = await start({ mode: 'over HTTP' });
    const { first } = await subscribe(toy, 'subscription { itemAdded { item { name price owner { name } } } }');
    await toy.kill('owners');
    toy.world.add('one', 'o1');
    const payload = await first;
    expect(payload.data).toEqual({ itemAdded: { item: { name: 'one', price: null, owner: null } } });
    const errors = payload.errors.map(({ path, extensions }: Payload) => [path.join('.'), extensions.code]);
    expect(errors.sort()).toEqual([
      ['itemAdded.item.owner.name', 'DEPENDENCY_UNAVAILABLE'],
      ['itemAdded.item.price', 'DEPENDENCY_UNAVAILABLE'],
    ]);
  });
});

describe.each(TOY_MODES)('a reload of the supergraph with subgraphs %s', (mode) => {
  const later = () => composeToys(LATER_ITEMS_SDL, LATER_OWNERS_SDL);

  test('leaves a stream that it does not concern untouched and serves the new schema', async () => {
    const toy = await start({ mode, itemsSdl: BOTH_ITEMS_SDL });
    const { first } = await subscribe(toy, ADDED);
    const asked = toy.fetches.length;
    toy.gateway.reload(later());
    expect(toy.world.open).toBe(1);
    toy.world.add('one', 'o1');
    expect(await first).toEqual(added('one', 'o1'));
    expect(toy.fetches.slice(asked).map(({ subgraph }) => subgraph)).toEqual(['owners']);
    expect((await post(toy, '{ items { colour } }')).body).toEqual({ data: { items: [{ colour: 'red' }] } });
  });

  test('opens a stream anew under its new plan, after the last event, when a field has moved', async () => {
    const toy = await start({ mode, itemsSdl: BOTH_ITEMS_SDL });
    const query = 'subscription { itemAdded { item { name price } } }';
    const { reader, first } = await subscribe(toy, query);
    toy.world.add('one');
    expect((await first).data.itemAdded.item).toEqual({ name: 'one', price: '1 EUR' });
    const next = reader.next();
    toy.gateway.reload(later());
    toy.world.add('two');
    toy.world.add('three');
    expect((await next).data.itemAdded.item).toEqual({ name: 'two', price: 'free' });
    expect((await reader.next()).data.itemAdded.item).toEqual({ name: 'three', price: 'free' });
  });

  test('ends a stream whose field is gone, saying so', async () => {
    const toy = await start({ mode, itemsSdl: BOTH_ITEMS_SDL });
    const { first } = await subscribe(toy, 'subscription { itemAdded { related { id } } }');
    const ended = expect(first).rejects.toMatchObject([
      {
        message: expect.stringMatching(/the schema was changed under this subscription: .*related/),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    toy.gateway.reload(later());
    await ended;
  });

  test.each([
    ['is no supergraph', 'type Query { a: Int @access(role: READER) }'],
    ['names a subgraph without a transport', () => composeToys().replaceAll('"owners"', '"people"')],
    [
      'has a root field without a role',
      () =>
        composeToys(BOTH_ITEMS_SDL.replace('id: ID!): Item @access(role: READER)', 'id: ID!): Item'), LATER_OWNERS_SDL),
    ],
  ])('that %s is refused, and the old one is served on', async (_, sdl) => {
    const toy = await start({ mode });
    const { first } = await subscribe(toy, ADDED);
    expect(() => toy.gateway.reload(typeof sdl === 'string' ? sdl : sdl())).toThrow();
    toy.world.add('one', 'o1');
    expect(await first).toEqual(added('one', 'o1'));
    expect((await post(toy, '{ items { name price } }')).body.data.items).toEqual([{ name: 'one', price: '1 EUR' }]);
    expect((await post(toy, '{ items { colour } }')).body.data).toBeUndefined();
  });
});
