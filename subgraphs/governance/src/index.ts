import { readFileSync } from 'node:fs';
import type { ChainSigner } from '@rae/audit';
import type { ConsumerDefinition, EventFeed } from '@rae/events';
import type { RateLimits } from '@rae/identity';
import type { Subgraph } from '@rae/kernel';
import { createTokenCounter, type Metering } from '@rae/metering';
import { parse } from 'graphql';
import type { ConfiguredModel } from './domain/configured-model.ts';
import { createLoaders, type GovernanceContext } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { forgetErased } from './subscribers/forget-labels.ts';

export interface GovernanceOptions {
  readonly rateLimits: RateLimits;
  readonly metering: Metering;
  readonly models: readonly ConfiguredModel[];
  readonly feed: EventFeed;
  readonly signer: ChainSigner;
}

export type { ConfiguredModel };

/** Who is who and who may spend what: the GraphQL face of packages/identity and packages/metering. */
export function createGovernanceSubgraph(options: GovernanceOptions): Subgraph<GovernanceContext> {
  const countTokens = createTokenCounter();
  return {
    name: 'governance',
    typeDefs: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
    resolvers,
    extend: (ctx) => ({ ...ctx, ...options, countTokens, loaders: createLoaders(ctx) }),
    close: async () => {},
  };
}

/** What the governance subgraph does behind events. */
export const governanceConsumers: readonly ConsumerDefinition[] = [forgetErased];
