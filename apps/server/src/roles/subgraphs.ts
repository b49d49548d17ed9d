import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { RequestScope } from '@rae/gateway';
import { guardResolvers, type RateLimits } from '@rae/identity';
import type { Context, Subgraph } from '@rae/kernel';
import { createErrorFormatter } from '@rae/telemetry';
import type { GraphQLSchema } from 'graphql';
import { listConfigured, type Models } from '../models.ts';
import type { Platform } from '../platform.ts';

/** A subgraph of this process, ready to be asked in process or over HTTP. */
export interface RunningSubgraph {
  readonly name: string;
  readonly schema: GraphQLSchema;
  readonly server: ApolloServer<Context>;
  contextFor(scope: RequestScope): Context;
  stop(): Promise<void>;
}

async function runSubgraph(
  subgraph: Subgraph,
  platform: Platform,
  contextOf: (scope: RequestScope) => Context,
): Promise<RunningSubgraph> {
  const { name, typeDefs, resolvers } = subgraph;
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: guardResolvers(typeDefs, resolvers) as never }]); // each library has its own type of the same map
  const server = new ApolloServer<Context>({
    schema,
    introspection: false,
    csrfPrevention: false, // asked by the gateway alone, with its token
    persistedQueries: false,
    stopOnTerminationSignals: false,
    formatError: createErrorFormatter(platform.logger),
    includeStacktraceInErrorResponses: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  await server.start();
  return {
    name,
    schema,
    server,
    contextFor: (scope) => subgraph.extend(contextOf(scope)),
    async stop() {
      await server.stop();
      await subgraph.close();
    },
  };
}

async function makeMemory(platform: Platform, models: Models): Promise<Subgraph> {
  const { createInProcessWorkingStore, createMemorySubgraph, createRedisWorkingStore } = await import(
    '@rae/memory-subgraph'
  );
  const { config, clock, feed, metering, wakeUp, logger, metrics, asTenant } = platform;
  return createMemorySubgraph({
    embedder: models.embedder,
    generator: models.generator,
    reranker: models.reranker,
    feed,
    indexBytes: config.indexBytes,
    writeAs: asTenant,
    working: config.redisUrl
      ? createRedisWorkingStore({ url: config.redisUrl, logger })
      : createInProcessWorkingStore({ clock }),
    wakeUp,
    meter: metering,
    logger,
    metrics,
  }) as never as Subgraph;
}

async function makeGovernance(platform: Platform, rateLimits: RateLimits): Promise<Subgraph> {
  const { createGovernanceSubgraph } = await import('@rae/governance-subgraph');
  const { config, metering, feed, signer } = platform;
  return createGovernanceSubgraph({
    rateLimits,
    metering,
    models: listConfigured(config),
    feed,
    signer,
  }) as never as Subgraph;
}

/** Starts the subgraphs that the roles of this process name. */
export async function runSubgraphs(
  platform: Platform,
  models: Models | null,
  rateLimits: RateLimits,
  contextOf: (scope: RequestScope) => Context,
): Promise<RunningSubgraph[]> {
  const { roles } = platform.config;
  const made: Subgraph[] = [];
  if (roles.has('memory') && models) made.push(await makeMemory(platform, models));
  if (roles.has('governance')) made.push(await makeGovernance(platform, rateLimits));
  return Promise.all(made.map((subgraph) => runSubgraph(subgraph, platform, contextOf)));
}
