import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { NO_CAUSE } from '@rae/kernel';
import { post } from './testing/clients.ts';
import { callerOf, composeToys, startToy } from './testing/toy-gateway.ts';
import { ITEMS_SDL } from './testing/toy-schemas.ts';

test('a supergraph with a root field without a role is not served', async () => {
  const supergraphSdl = composeToys(
    ITEMS_SDL.replace('item(id: ID!): Item @access(role: READER)', 'item(id: ID!): Item'),
  );
  await expect(startToy({ supergraphSdl })).rejects.toThrow('Query.item names no role');
});

test('a supergraph with a subgraph that has no transport is not served', async () => {
  await expect(startToy({ transports: [] })).rejects.toThrow(/subgraph items, for which there is no transport/);
});

test('a port in use is an EADDRINUSE, and nothing is left running', async () => {
  const toy = await startToy();
  await expect(startToy({ port: toy.gateway.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await toy.stop();
});

test('no connection leaves the machine: Apollo Gateway neither reports usage nor asks for cloud metadata', async () => {
  const sockets: Socket[] = [];
  const note = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
  const hosts = new Set<string>();
  channel('net.client.socket').subscribe(note);
  const toy = await startToy({ mode: 'over HTTP' });
  toy.world.add('one', 'o1');
  await post(toy, '{ items { owner { name } } }');
  for (const socket of sockets) hosts.add(socket.remoteAddress ?? 'pending');
  channel('net.client.socket').unsubscribe(note);
  expect([...hosts]).toEqual(['127.0.0.1']);
  await toy.stop();
});

test('execute answers for a caller in this process, under the same limits and roles', async () => {
  const toy = await startToy();
  toy.world.add('one', 'o1');
  const scope = { caller: callerOf('key:k', ['READER']), cause: NO_CAUSE, traceparent: null, signal: null };
  const run = (query: string, variables = {}) => toy.gateway.execute({ query, variables }, scope);
  expect(
    JSON.parse(JSON.stringify(await run('query ($id: ID!) { item(id: $id) { owner { name } } }', { id: 'i1' }))),
  ).toEqual({ data: { item: { owner: { name: 'name of o1' } } } });
  const codeOf = async (query: string) => (await run(query)).errors?.[0]?.extensions?.code;
  expect(await codeOf('{ secretItems { id } }')).toBe('FORBIDDEN');
  expect(await codeOf(`${'{a'.repeat(13)}${'}'.repeat(13)}`)).toBe('QUERY_TOO_COMPLEX');
  expect(await codeOf('{')).toBe('BAD_USER_INPUT');
  expect(await codeOf('subscription { countdown(from: 1) }')).toBe('BAD_USER_INPUT');
  expect(toy.scopes[0]?.caller).toBe(scope.caller);
  await toy.stop();
});
