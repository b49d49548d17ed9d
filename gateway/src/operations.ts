import type { ApolloServer } from '@apollo/server';
import { type Caller, PlatformError } from '@rae/kernel';
import type { FormattedExecutionResult } from 'graphql';
import type { Documents, Prepared, PreparedOperation } from './documents.ts';
import { type FormatError, formatAny } from './errors.ts';
import type { OpenSubscription } from './open-subscription.ts';
import type { OperationContext } from './operation-context.ts';
import type { LimitRate } from './rate-limits.ts';
import type { RequestMetrics } from './request-metrics.ts';
import type { RequestScope } from './scope.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { TransportRequest } from './transport.ts';

/** What the edges for streams ask for; HTTP's single answers go through Apollo Server's own handler. */
export interface Operations {
  prepare(request: TransportRequest, caller: Caller): Prepared;
  /** Counts what was prepared; `execute` and `subscribe` count nothing. @throws PlatformError RATE_LIMITED */
  readonly limitRate: LimitRate;
  /** A query or a mutation, with the same sizes and roles as over HTTP; never rejects. */
  execute(request: TransportRequest, scope: RequestScope): Promise<FormattedExecutionResult>;
  /** @throws PlatformError RATE_LIMITED, DEPENDENCY_UNAVAILABLE */
  subscribe(operation: PreparedOperation, scope: RequestScope, after: string | null): OpenSubscription;
}

export interface OperationsOptions {
  readonly server: ApolloServer<OperationContext>;
  readonly documents: Documents;
  readonly limitRate: LimitRate;
  readonly subscriptions: Subscriptions;
  readonly format: FormatError;
  readonly requests: RequestMetrics;
}

export function createOperations(options: OperationsOptions): Operations {
  const { server, documents, limitRate, subscriptions, format, requests } = options;

  async function execute(request: TransportRequest, scope: RequestScope): Promise<FormattedExecutionResult> {
    documents.admit(request.query);
    const { body } = await server.executeOperation(
      { ...request, variables: { ...request.variables } },
      { contextValue: { scope, counted: true } },
    );
    if (body.kind === 'single') return body.singleResult;
    throw new PlatformError('INTERNAL', 'an answer came in parts, which nothing asked for');
  }

  return {
    prepare(request, caller) {
      const prepared = documents.prepare(request, caller);
      if (!('errors' in prepared)) return prepared;
      const errors = prepared.errors.map((error) => formatAny(format, error));
      requests.answered('none', errors, performance.now());
      return prepared;
    },
    limitRate,
    execute: (request, scope) =>
      execute(request, scope).catch((error: unknown) => ({ errors: [formatAny(format, error)] })),
    subscribe(operation, scope, after) {
      const startedAt = performance.now();
      try {
        const opened = subscriptions.open(operation, scope, after);
        requests.answered('subscription', [], startedAt);
        return opened;
      } catch (error) {
        requests.answered('subscription', [formatAny(format, error)], startedAt);
        throw error;
      }
    },
  };
}
