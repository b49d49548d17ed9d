import type { GraphQLDataSource } from '@apollo/gateway';
import { currentTraceparent } from '@rae/telemetry';
import { dedupe, scatter } from './dedupe.ts';
import type { OperationContext } from './operation-context.ts';
import { placeErrors } from './place-errors.ts';
import type { RequestScope } from './scope.ts';
import type { SubgraphTransport, TransportRequest, TransportResult } from './transport.ts';

async function send(
  transport: SubgraphTransport,
  request: TransportRequest,
  scope: RequestScope,
): Promise<TransportResult> {
  const representations = request.variables?.representations;
  const deduped = Array.isArray(representations) ? dedupe(representations) : null;
  if (!deduped) return placeErrors(request, await transport.execute(request, scope));
  const variables = { ...request.variables, representations: deduped.unique };
  const result = await transport.execute({ ...request, variables }, scope);
  return placeErrors(request, scatter(result, deduped.positions));
}

/** A mutation goes on when its client is gone: half of one is worse than all of it. */
const scopeOf = (scope: RequestScope, query: string): RequestScope => ({
  ...scope,
  traceparent: currentTraceparent() ?? scope.traceparent,
  signal: query.startsWith('mutation') ? null : scope.signal,
});

/**
 * What the gateway's executor asks instead of a subgraph: it answers the first fetch of a subscription's plan with the
 * event at hand, and sends everything else over the transport, equal representations once.
 */
export function createDataSource(transport: SubgraphTransport): GraphQLDataSource<OperationContext> {
  return {
    async process(options) {
      const { event, scope } = options.context;
      const { query = '', variables, operationName } = options.request;
      if (event && event.service === transport.name && event.query === query) return event.payload;
      const request = { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) };
      return send(transport, request, scopeOf(scope, query));
    },
  };
}
