import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphQLFormattedError } from 'graphql';
import { type Answer, overSse, overWs, post } from './testing/clients.ts';
import { eventually, startToy, TOY_MODES, type Toy } from './testing/toy-gateway.ts';

describe.each(TOY_MODES)('a gateway whose subgraphs run %s', (mode) => {
  let toy: Toy;
  beforeAll(async () => {
    toy = await startToy({ mode });
    toy.world.add('one', 'o1');
    toy.world.add('two', 'o2');
    toy.world.add('three', 'o1');
  });
  afterAll(() => toy.stop());

  test('answers one query with fields of two subgraphs', async () => {
    const { status, body } = await post(toy, '{ items { id name owner { name } price } }');
    expect(status).toBe(200);
    expect(body).toEqual({
      data: {
        items: [
          { id: 'i1', name: 'one', owner: { name: 'name of o1' }, price: '1 EUR' },
          { id: 'i2', name: 'two', owner: { name: 'name of o2' }, price: '2 EUR' },
          { id: 'i3', name: 'three', owner: { name: 'name of o1' }, price: '3 EUR' },
        ],
      },
    });
  });

  test('asks for equal entities once, and gives each place its own answer', async () => {
    const before = toy.fetches.length;
    const { body } = await post(toy, '{ items { owner { name scores } } }');
    const [first, second, third] = body.data.items;
    expect(first).toEqual(third);
    expect(second.owner.scores).toEqual({ of: 'o2', list: [1, 2, 3] });
    const asked = toy.fetches.slice(before).filter(({ subgraph }) => subgraph === 'owners');
    expect(asked.map(({ variables }) => variables)).toEqual([
      { representations: ['o1', 'o2'].map((id) => ({ __typename: 'Owner', id })) },
    ]);
  });

  test('keeps the place and code of an error of an entity, told at each place that it stands at', async () => {
    const { body } = await post(toy, '{ items(first: 3) { owner { id fails } } owners { id } }');
    expect(body.data.items.map((item: { owner: unknown }) => item.owner)).toEqual([
      { id: 'o1', fails: 'fine o1' },
      null,
      { id: 'o1', fails: 'fine o1' },
    ]);
    expect(body.errors).toEqual([
      {
        message: 'Refused with CONFLICT.',
        path: ['items', 1, 'owner', 'fails'],
        extensions: { code: 'CONFLICT', retryable: false, details: { because: 'asked for' }, traceId: null },
      },
    ]);
  });

  test.each(['WebSocket', 'server-sent events'])('delivers events across both subgraphs over %s', async (edge) => {
    const query = 'subscription { itemAdded(nameStarts: "x") { item { name price owner { name } } } }';
    const open = toy.world.open;
    const stream = edge === 'WebSocket' ? overWs(toy, query) : await overSse(toy, query);
    const first = stream.next();
    await eventually(
      'the upstream opens',
      () => toy.world.open,
      (n) => n === open + 1,
    );
    const { id } = toy.world.add('x1', 'o1');
    expect(await first).toEqual({
      data: { itemAdded: { item: { name: 'x1', price: `${id.slice(1)} EUR`, owner: { name: 'name of o1' } } } },
    });
    await stream.end();
    await eventually(
      'the upstream closes',
      () => toy.world.open,
      (n) => n === open,
    );
  });
});

describe('a subgraph that is dead', () => {
  let toy: Toy;
  afterEach(() => toy.stop());

  const outcome = ({ status, body }: Answer) => ({
    status,
    data: body.data,
    errors: body.errors.map((error: GraphQLFormattedError) => [error.path?.join('.'), error.extensions?.code]),
  });

  test('costs its own fields alone, each with a retryable DEPENDENCY_UNAVAILABLE at its place', async () => {
    toy = await startToy({ mode: 'over HTTP' });
    toy.world.add('one', 'o1');
    toy.world.add('two', 'o2');
    await toy.kill('owners');
    const answer = await post(toy, '{ items { name cost: price } gone: owner(id: "o1") { name } }');
    const unavailable = 'DEPENDENCY_UNAVAILABLE';
    expect(outcome(answer)).toEqual({
      status: 200,
      data: {
        items: [
          { name: 'one', cost: null },
          { name: 'two', cost: null },
        ],
        gone: null,
      },
      errors: expect.arrayContaining([
        ['gone', unavailable],
        ['items.0.cost', unavailable],
        ['items.1.cost', unavailable],
      ]),
    });
    expect(answer.body.errors).toHaveLength(3);
    expect(answer.body.errors[0]).toMatchObject({
      message: 'Subgraph owners could not be reached.',
      extensions: { retryable: true, details: { dependency: 'owners' } },
    });
    await toy.restart('owners');
    expect((await post(toy, '{ items { cost: price } }')).body.data.items).toEqual([
      { cost: '1 EUR' },
      { cost: '2 EUR' },
    ]);
  });

  test('is TIMEOUT when it does not answer in time', async () => {
    toy = await startToy({ mode: 'over HTTP', timeoutMs: 50 });
    toy.world.add('one', 'o1');
    const answer = await post(toy, '{ slow(ms: 60000) owner(id: "o1") { name } }');
    expect(outcome(answer)).toEqual({
      status: 200,
      data: { slow: null, owner: { name: 'name of o1' } },
      errors: [['slow', 'TIMEOUT']],
    });
  });
});
