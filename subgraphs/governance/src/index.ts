import { readFileSync } from 'node:fs';
import type { Subgraph } from '@rae/kernel';
import { parse } from 'graphql';
import { createLoaders, type GovernanceContext } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';

/** Tenants, projects, keys and who is asking: the GraphQL face of packages/identity. */
export function createGovernanceSubgraph(): Subgraph<GovernanceContext> {
  return {
    name: 'governance',
    typeDefs: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
    resolvers,
    extend: (ctx) => ({ ...ctx, loaders: createLoaders(ctx) }),
    close: async () => {},
  };
}
