import type { Logger } from '@rae/kernel';
import type { GraphQLSchema } from 'graphql';
import { readAccess } from './access.ts';
import { ApolloGateway } from './apollo-gateway.ts';
import { toApolloLogger } from './apollo-logger.ts';
import { createDataSource } from './data-source.ts';
import { createPlanCache, createSubscriptionPlanner, type SubscriptionPlanner } from './plans.ts';
import type { SubgraphTransport } from './transport.ts';

export interface FederationOptions {
  readonly supergraphSdl: string;
  readonly transports: ReadonlyMap<string, SubgraphTransport>;
  readonly introspection: boolean;
  readonly logger: Logger;
}

/** What we read off a supergraph ourselves. Throws for one that may not be served. */
function readSupergraph(sdl: string) {
  let planner: SubscriptionPlanner | null = null;
  return {
    access: readAccess(sdl),
    /** Made for the first subscription: as much work again as the gateway's own, and many processes never have one. */
    planner() {
      planner ??= createSubscriptionPlanner(sdl);
      return planner;
    },
  };
}

/**
 * Apollo Gateway over our transports, with a planner for subscriptions and the access rules kept in step with its schema
 * through every reload.
 *
 * @throws Error when the supergraph is not valid or a root field of it names no role
 */
export function createFederation({ supergraphSdl, transports, introspection, logger }: FederationOptions) {
  const planCache = createPlanCache();
  let current = readSupergraph(supergraphSdl);
  let schema: GraphQLSchema | null = null;
  let update = (_sdl: string): void => {};

  const gateway = new ApolloGateway({
    supergraphSdl: async (hooks) => {
      update = hooks.update;
      return { supergraphSdl };
    },
    queryPlannerConfig: { cache: planCache.cache },
    buildService: ({ name }) => {
      const transport = transports.get(name);
      if (!transport) throw new Error(`The supergraph names the subgraph ${name}, for which there is no transport.`);
      return createDataSource(transport);
    },
    logger: toApolloLogger(logger),
    // the query plan for the Sandbox; it lays the subgraphs open as introspection does the schema
    __exposeQueryPlanExperimental: introspection,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });

  return {
    gateway,
    planCache,
    planner: () => current.planner(),
    /** What is served now. @throws Error before the gateway has loaded */
    served() {
      if (!schema) throw new Error('the supergraph is not loaded yet');
      return { schema, access: current.access };
    },
    /** @throws Error when the new supergraph is not valid, names a subgraph without a transport or a root field without a role; the old one stays */
    reload(sdl: string): void {
      const next = readSupergraph(sdl);
      next.planner(); // of one that it refuses nothing is served
      update(sdl);
      current = next;
    },
  };
}
