import type { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin, type HTTPGraphQLHead } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { badInput, isPlatformError, type Logger } from '@rae/kernel';
import { toApolloLogger } from './apollo-logger.ts';
import type { Documents } from './documents.ts';
import { asHttpRefusal, type FormatError } from './errors.ts';
import type { OperationContext } from './operation-context.ts';
import { rateHeaders, refusalHeaders } from './rate-headers.ts';
import type { LimitRate } from './rate-limits.ts';
import type { RequestMetrics } from './request-metrics.ts';

export interface ApolloServerOptions {
  readonly gateway: ApolloGateway;
  readonly documents: Documents;
  readonly limitRate: LimitRate;
  readonly format: FormatError;
  readonly introspection: boolean;
  readonly requests: RequestMetrics;
  readonly logger: Logger;
  readonly drain: ApolloServerPlugin;
}

const SUBSCRIBE_ELSEWHERE =
  'a subscription needs a stream: send it over WebSocket (graphql-transport-ws), or with the header Accept: text/event-stream';

const setHeaders = (head: HTTPGraphQLHead, headers: Readonly<Record<string, string>>): void => {
  for (const [name, value] of Object.entries(headers)) head.headers.set(name, value);
};

/** Roles, the size of variables and rate limits, once the operation is known and before anything of it runs. */
const checks = (documents: Documents, limitRate: LimitRate): ApolloServerPlugin<OperationContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, request, contextValue, response }) {
        try {
          if (!operation) throw badInput('operationName', 'say which operation of the document is meant');
          if (operation.operation === 'subscription') throw badInput('query', SUBSCRIBE_ELSEWHERE);
          const { caller } = contextValue.scope;
          const asked = { document, operation, variables: request.variables ?? {} };
          documents.checkOperation(asked, caller);
          const allowance = contextValue.counted ? null : await limitRate(asked, caller);
          if (allowance) setHeaders(response.http, rateHeaders(allowance));
        } catch (error) {
          if (!isPlatformError(error)) throw error;
          setHeaders(response.http, refusalHeaders(error));
          throw asHttpRefusal(error);
        }
      },
    };
  },
});

/**
 * GraphQL over HTTP: an answer of type application/json to a well-formed request has the status 200, whatever is wrong
 * with the operation; application/graphql-response+json keeps the 400.
 */
const statusForJson: ApolloServerPlugin<OperationContext> = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, response, source }) {
        const accept = request.http?.headers.get('accept') ?? '';
        // without a text to execute the request itself is wrong
        if (
          source === undefined ||
          response.http.status !== 400 ||
          accept.includes('application/graphql-response+json')
        )
          return;
        const errors = response.body.kind === 'single' ? response.body.singleResult.errors : [];
        if (errors?.every((error) => error.extensions?.code === 'BAD_USER_INPUT')) response.http.status = 200;
      },
    };
  },
};

const counting = (requests: RequestMetrics): ApolloServerPlugin<OperationContext> => ({
  async requestDidStart() {
    const startedAt = performance.now();
    return {
      async willSendResponse({ operation, response }) {
        const errors = response.body.kind === 'single' ? response.body.singleResult.errors : [];
        requests.answered(operation?.operation ?? 'none', errors ?? [], startedAt);
      },
    };
  },
});

/** Apollo Server in front of the gateway: HTTP semantics, persisted queries, CSRF prevention, one shape of errors. */
export function createApolloServer(options: ApolloServerOptions): ApolloServer<OperationContext> {
  const { gateway, documents, limitRate, format, introspection, requests, logger, drain } = options;
  return new ApolloServer<OperationContext>({
    gateway,
    introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: format,
    logger: toApolloLogger(logger),
    plugins: [
      drain,
      checks(documents, limitRate),
      statusForJson,
      counting(requests),
      ApolloServerPluginInlineTraceDisabled(),
      // an APOLLO_KEY in the environment is not a wish to report what clients ask
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      introspection
        ? ApolloServerPluginLandingPageLocalDefault({ embed: true, footer: false })
        : ApolloServerPluginLandingPageDisabled(),
    ],
  });
}
