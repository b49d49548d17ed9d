import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { overSse, post } from './testing/clients.ts';
import type { Toy, ToyOptions } from './testing/toy-gateway.ts';

const TRACE = '0123456789abcdef0123456789abcdef';
const TRACEPARENT = `00-${TRACE}-0123456789abcdef-01`;
const spans = new InMemorySpanExporter();

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
});
/** Apollo Gateway takes its tracer when it is loaded, so tracing has to be there first, as it is in the server. */
const load = () => import('./testing/toy-gateway.ts');
const startToy = async (options: ToyOptions = {}) => (await load()).startToy(options);

let toy: Toy;
afterEach(() => toy.stop());
afterAll(() => {
  for (const api of [context, propagation, trace]) api.disable();
});

test.each(['in process', 'over HTTP'] as const)(
  'an event is answered in the trace that it was written in, with subgraphs %s',
  async (mode) => {
    toy = await startToy({ mode });
    const reader = await overSse(toy, 'subscription { itemAdded { item { owner { name } } } }');
    const first = reader.next();
    const { eventually } = await load();
    await eventually(
      'the upstream',
      () => toy.world.open,
      (n) => n === 1,
    );
    toy.world.add('one', 'o1', null, TRACEPARENT);
    await first;
    const fetched = toy.world.contexts.at(-1)?.traceparent ?? '';
    expect(fetched).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`));
    expect(fetched).not.toBe(TRACEPARENT);
    const names = spans.getFinishedSpans().filter((span) => span.spanContext().traceId === TRACE);
    expect(names.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['gateway.subscription.event', 'gateway.request', 'gateway.fetch']),
    );
    spans.reset();
    await reader.end();
  },
);

test("a fetch is a child of the gateway's own span of it, and an error names the trace", async () => {
  toy = await startToy();
  const { body } = await post(toy, '{ whoami fail(code: "CONFLICT") }');
  const fetches = spans.getFinishedSpans().filter(({ name }) => name === 'gateway.fetch');
  const seen = body.data.whoami.traceparent.split('-');
  expect(fetches.map((span) => span.spanContext().spanId)).toEqual([seen[2]]);
  expect(body.errors[0].extensions.traceId).toBe(seen[1]);
});
