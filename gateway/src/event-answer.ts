import type { ApolloGateway } from '@apollo/gateway';
import { inSpan } from '@rae/telemetry';
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

/** In the trace that the event was written in, so that a write and what a subscriber hears of it are one. */
const traceOf = ({ extensions }: TransportResult): string | null =>
  typeof extensions?.traceparent === 'string' ? extensions.traceparent : null;

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
    return inSpan('gateway.subscription.event', traceOf(payload), async () => {
      const result = await planCache.holding(source.plan.plan, (key) => execute(source, own, key));
      const errors = result.errors?.map((error) => formatAny(format, error));
      return { data: result.data ?? null, ...(errors ? { errors } : {}) };
    });
  };
}
