import { readFileSync } from 'node:fs';
import type { ChainSigner } from '@rae/audit';
import type { ConsumerDefinition } from '@rae/events';
import type { RateLimits } from '@rae/identity';
import type { Subgraph } from '@rae/kernel';
import { parse } from 'graphql';
import { createLoaders, type GovernanceContext } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { forgetErased } from './subscribers/forget-labels.ts';

export interface GovernanceOptions {
  readonly rateLimits: RateLimits;
  readonly signer: ChainSigner;
}

/** Tenants, projects, keys and who is asking: the GraphQL face of packages/identity. */
export function createGovernanceSubgraph({ rateLimits, signer }: GovernanceOptions): Subgraph<GovernanceContext> {
  return {
    name: 'governance',
    typeDefs: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
    resolvers,
    extend: (ctx) => ({ ...ctx, rateLimits, signer, loaders: createLoaders(ctx) }),
    close: async () => {},
  };
}

/** What the governance subgraph does behind events. */
export const governanceConsumers: readonly ConsumerDefinition[] = [forgetErased];
