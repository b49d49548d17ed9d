import type { ErrorCode } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import type { GraphQLFormattedError } from 'graphql';

/** How operations went, by type and the code of their first error. */
export interface RequestMetrics {
  answered(operation: string, errors: readonly GraphQLFormattedError[], startedAt: number): void;
  /** A request that was refused before or instead of being executed. */
  refused(code: ErrorCode | 'INTERNAL'): void;
}

export function createRequestMetrics(metrics: Metrics): RequestMetrics {
  return {
    answered(operation, errors, startedAt) {
      const code = String(errors[0]?.extensions?.code ?? 'OK');
      metrics.count('rae_gateway_requests_total', 'Operations by type and the code of their first error.', {
        operation,
        code,
      });
      const seconds = (performance.now() - startedAt) / 1_000;
      metrics.observeSeconds('rae_gateway_request_seconds', 'From parsing to the finished answer.', seconds, {
        operation,
      });
    },
    refused: (code) =>
      metrics.count('rae_gateway_refused_total', 'Requests refused before anything was executed.', { code }),
  };
}
