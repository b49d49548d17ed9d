import type { ApolloGateway } from '@apollo/gateway';
import { propagation, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { type FormattedExecutionResult, GraphQLError, print } from 'graphql';
import type { PreparedOperation } from './documents.ts';
import { type FormatError, formatAny } from './errors.ts';
import type { PlanCache, SubscriptionPlan } from './plans.ts';
import type { RequestScope } from './scope.ts';
import type { TransportResult } from './transport.ts';

export interface EventSource {
  readonly operation: PreparedOperation;
  readonly document: PreparedOperation['document'];
  readonly scope: RequestScope;
  readonly plan: SubscriptionPlan;
}

export interface EventAnswerDependencies {
  readonly gateway: ApolloGateway;
  readonly planCache: PlanCache;
  readonly format: FormatError;
}

type ExecutorRequest = Parameters<ApolloGateway['executor']>[0];

/** An event that failed at its subgraph has nothing to merge. */
function failed(payload: TransportResult, format: FormatError): FormattedExecutionResult {
  const errors = (payload.errors ?? []).map(({ message, path, extensions }) =>
    formatAny(format, new GraphQLError(message, { path, extensions })),
  );
  return { errors, data: null };
}

const tracer = trace.getTracer('@rae/gateway');

/** In the trace that the event was written in, so that a write and what a subscriber hears of it are one. */
function inSpan<T>(source: EventSource, payload: TransportResult, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent: payload.extensions?.traceparent });
  const opened = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent: source.scope.traceparent }));
  const options = { links: opened ? [{ context: opened }] : [] };
  return tracer.startActiveSpan('gateway.subscription.event', options, parent, async (span) => {
    try {
      return await work(span);
    } finally {
      span.end();
    }
  });
}

/**
 * Makes of a subgraph's event what the client asked for: the plan's first fetch is answered with the event, Apollo's
 * executor does the rest. Merging, aliases, conditions, null propagation and error paths are thereby Apollo's own.
 */
export function createEventAnswer({ gateway, planCache, format }: EventAnswerDependencies) {
  function execute(source: EventSource, payload: TransportResult, queryHash: string) {
    const { operation, document, plan, scope } = source;
    const { primary } = plan;
    const event = { service: primary.serviceName, query: primary.operation, payload };
    const query = print(document);
    // what the executor reads of a request, and nothing more; Apollo's type also has fields that only its server uses
    const request = {
      request: { query, variables: { ...operation.variables } },
      document,
      queryHash,
      source: query,
      operationName: operation.operation.name?.value ?? null,
      operation: operation.operation,
      context: { scope, event },
      metrics: {},
    } as unknown as ExecutorRequest;
    return gateway.executor(request);
  }

  return (source: EventSource, payload: TransportResult): Promise<FormattedExecutionResult> => {
    if (!payload.data) return Promise.resolve(failed(payload, format));
    // the executor merges into what it is given, and a subgraph in this process may still hold parts of its event
    const own = { ...payload, data: structuredClone(payload.data) };
    return inSpan(source, payload, async (span) => {
      const result = await planCache.holding(source.plan.plan, (key) => execute(source, own, key));
      if (result.errors) span.setStatus({ code: SpanStatusCode.ERROR });
      const errors = result.errors?.map((error) => formatAny(format, error));
      return { data: result.data ?? null, ...(errors ? { errors } : {}) };
    });
  };
}
