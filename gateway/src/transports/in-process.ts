import type { ApolloServer, BaseContext } from '@apollo/server';
import type { Logger } from '@rae/kernel';
import { createErrorFormatter } from '@rae/telemetry';
import { type DocumentNode, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import { createLru } from '../lru.ts';
import type { RequestScope } from '../scope.ts';
import { subscribeFreshly } from '../subscribe-freshly.ts';
import type { SubgraphTransport, TransportRequest, TransportResult } from '../transport.ts';
import { untilAborted } from '../until-aborted.ts';
import { refusal, unavailable } from './failure.ts';

export interface InProcessTransportOptions<Context extends BaseContext> {
  readonly name: string;
  /** The subgraph's own server, so that its plugins and limits hold in one process too; it keeps parsed documents by text. */
  readonly server: ApolloServer<Context>;
  readonly schema: GraphQLSchema;
  /** Called once for every fetch and every event; what it makes is never shared between two. */
  readonly contextFor: (scope: RequestScope) => Context | Promise<Context>;
  readonly logger: Logger;
}

/** The planner writes few texts a subgraph; clients cannot add to them without a plan of their own. */
const KEPT_DOCUMENTS = 500;

function createDocuments(schema: GraphQLSchema) {
  const kept = createLru<DocumentNode>(KEPT_DOCUMENTS);
  return (query: string): DocumentNode => {
    const known = kept.get(query);
    if (known) return known;
    const document = parse(query, { noLocation: true });
    const [error] = validate(schema, document);
    if (error) throw error;
    kept.set(query, document);
    return document;
  };
}

/**
 * Asks a subgraph in this process: `executeOperation` of its server for queries and mutations, and its schema for
 * subscriptions, each fetch and each event with a context of its own.
 */
export function createInProcessTransport<Context extends BaseContext>(
  options: InProcessTransportOptions<Context>,
): SubgraphTransport {
  const { name, server, schema, contextFor } = options;
  const format = createErrorFormatter(options.logger);
  const documentOf = createDocuments(schema);
  const closing = new AbortController();
  const formatted = ({ errors, ...result }: ExecutionResult): TransportResult =>
    errors ? { ...result, errors: errors.map((error) => format(error.toJSON(), error)) } : result;

  async function execute(request: TransportRequest, scope: RequestScope): Promise<TransportResult> {
    const { body } = await server.executeOperation(
      { ...request, variables: request.variables ?? {} },
      { contextValue: await contextFor(scope) },
    );
    if (body.kind !== 'single') throw unavailable(name, 'answered in parts, which the gateway did not ask for');
    return body.singleResult;
  }

  async function* subscribe({ query, variables, operationName }: TransportRequest, scope: RequestScope) {
    const results = await subscribeFreshly({
      schema,
      document: documentOf(query),
      operationName,
      variableValues: variables,
      contextFor: () => contextFor(scope),
    });
    if ('errors' in results) throw refusal(name, formatted(results).errors ?? []);
    const signal = scope.signal ? AbortSignal.any([scope.signal, closing.signal]) : closing.signal;
    for await (const result of untilAborted(results, signal)) yield formatted(result);
    if (closing.signal.aborted && !scope.signal?.aborted) throw unavailable(name, 'is stopping');
  }

  return {
    name,
    execute: (request, scope) =>
      execute(request, scope).catch((error: Error) => {
        const formattedError = format({ message: error.message }, error);
        return { errors: [formattedError] };
      }),
    subscribe,
    async check() {
      if (closing.signal.aborted) throw unavailable(name, 'is stopping');
    },
    async close() {
      closing.abort();
    },
  };
}
