import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { overSse, overWs, post } from './testing/clients.ts';
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
