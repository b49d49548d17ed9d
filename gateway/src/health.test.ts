import { afterEach, expect, test } from '@jest/globals';
import { post, send } from './testing/clients.ts';
import { startToy, type Toy } from './testing/toy-gateway.ts';

let toy: Toy;
afterEach(() => toy.stop());

const at = (path: string) => send(toy.gateway.url.replace('/graphql', path));

test('/health/live answers 200 without a key, whatever is missing', async () => {
  toy = await startToy({ readiness: async () => ({ database: 'does not answer' }) });
  expect(await at('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
});

test('/health/ready names each dependency, with 200 when all are well and 503 when one is not', async () => {
  const problems: Record<string, string | null> = { database: null, memory: null };
  toy = await startToy({ readiness: async () => problems });
  const well = { status: 'ok', dependencies: { database: 'ok', memory: 'ok' } };
  expect(await at('/health/ready')).toMatchObject({ status: 200, body: well });
  problems.memory = 'does not answer';
  const ill = { status: 'unavailable', dependencies: { database: 'ok', memory: 'does not answer' } };
  expect(await at('/health/ready')).toMatchObject({ status: 503, body: ill });
});

test('/metrics counts operations by type and code, refusals by code, and times them', async () => {
  toy = await startToy();
  await post(toy, '{ __typename }');
  await post(toy, '{ nothing }');
  await post(toy, 'mutation { addItem(name: "x") { id } }');
  await post(toy, '{ __typename }', {}, { key: null });
  await post(toy, `{ ${'{ a '.repeat(20)}`);
  await post(toy, `{ ${'a '.repeat(40)} }`);
  const { status, headers, body } = await at('/metrics');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  const lines = String(body).split('\n');
  expect(lines.filter((line) => line.startsWith('rae_gateway_requests_total'))).toEqual([
    'rae_gateway_requests_total{operation="query",code="OK"} 1',
    'rae_gateway_requests_total{operation="none",code="BAD_USER_INPUT"} 2',
    'rae_gateway_requests_total{operation="mutation",code="FORBIDDEN"} 1',
  ]);
  expect(lines.filter((line) => line.startsWith('rae_gateway_refused_total'))).toEqual([
    'rae_gateway_refused_total{code="UNAUTHENTICATED"} 1',
    'rae_gateway_refused_total{code="QUERY_TOO_COMPLEX"} 1',
  ]);
  expect(lines).toContain('rae_gateway_request_seconds_count{operation="query"} 1');
  expect(lines).toContain('rae_gateway_subscriptions_open 0');
});
