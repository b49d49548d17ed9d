import type { ChainSigner } from '@rae/audit';
import type { EventFeed } from '@rae/events';
import {
  type ApiKey,
  findApiKeys,
  findProjects,
  findTenants,
  isWithin,
  type Project,
  type RateLimits,
  type Tenant,
} from '@rae/identity';
import { type Context, hasRole, isUuid, type Transaction } from '@rae/kernel';
import {
  type Budget,
  type CostLogRow,
  type CostRef,
  type CostTotals,
  type CountTokens,
  findBudgets,
  findCostLogs,
  findReservations,
  isBudgetVisible,
  type Metering,
  type Reservation,
  readCosts,
} from '@rae/metering';
import DataLoader from 'dataloader';
import type { ConfiguredModel } from './domain/configured-model.ts';
import { findProduction } from './queries/find-prompt-versions.ts';
import { findPrompts } from './queries/find-prompts.ts';
import type { Prompt, PromptVersion } from './queries/prompt-rows.ts';

export interface Loaders {
  readonly tenants: DataLoader<string, Tenant | null>;
  readonly projects: DataLoader<string, Project | null>;
  readonly apiKeys: DataLoader<string, ApiKey | null>;
  readonly budgets: DataLoader<string, Budget | null>;
  readonly reservations: DataLoader<string, Reservation | null>;
  readonly prompts: DataLoader<string, Prompt | null>;
  /** By prompt: the version in production. */
  readonly production: DataLoader<string, PromptVersion | null>;
  readonly costLogs: DataLoader<string, CostLogRow | null>;
  readonly costs: DataLoader<CostRef, CostTotals, string>;
}

export interface GovernanceContext extends Context {
  readonly rateLimits: RateLimits;
  /** Tells whether signed heads of chains are ours. */
  readonly signer: ChainSigner;
  readonly countTokens: CountTokens;
  readonly metering: Metering;
  readonly models: readonly ConfiguredModel[];
  readonly feed: EventFeed;
  readonly loaders: Loaders;
}

type Find<Row> = (tx: Transaction, ids: readonly string[]) => Promise<Row[]>;

/** What does not exist, belongs to another tenant or is hidden from the caller is null, and these are not told apart. */
function loadById<Row extends { readonly id: string }>(
  ctx: Context,
  find: Find<Row>,
  isVisible: (row: Row) => boolean,
): DataLoader<string, Row | null> {
  return new DataLoader(
    async (ids) => {
      const wanted = ids.filter(isUuid);
      const rows = wanted.length === 0 ? [] : await ctx.readOnce((tx) => find(tx, wanted));
      const byId = new Map(rows.filter(isVisible).map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id.toLowerCase()) ?? null);
    },
    { maxBatchSize: 1000 },
  );
}

/** Costs of many things in one statement, such as those of a page of memories. */
const loadCosts = (ctx: Context): Loaders['costs'] =>
  new DataLoader((refs) => ctx.readOnce((tx) => readCosts(tx, refs)), {
    cacheKeyFn: ({ type, id }) => `${type}:${id}`,
    maxBatchSize: 1000,
  });

const loadProduction = (ctx: Context): Loaders['production'] =>
  new DataLoader(
    async (promptIds) => {
      const versions = await ctx.readOnce((tx) => findProduction(tx, promptIds));
      const byPrompt = new Map(versions.map((version) => [version.promptId, version]));
      return promptIds.map((id) => byPrompt.get(id) ?? null);
    },
    { maxBatchSize: 1000 },
  );

/** Loaders of one fetch, under its caller's tenant and binding; keys other than its own are for ADMIN. */
export function createLoaders(ctx: Context): Loaders {
  const { projectId, apiKeyId, roles } = ctx.caller;
  const isAdmin = hasRole(roles, 'ADMIN');
  return {
    tenants: loadById(ctx, findTenants, () => true),
    projects: loadById(ctx, findProjects, ({ id }) => projectId === null || projectId === id),
    apiKeys: loadById(ctx, findApiKeys, (key) => key.id === apiKeyId || (isAdmin && isWithin(ctx.caller, key))),
    budgets: loadById(ctx, findBudgets, (budget) => isBudgetVisible(ctx.caller, budget)),
    reservations: loadById(ctx, findReservations, (one) => projectId === null || projectId === one.projectId),
    costLogs: loadById(ctx, findCostLogs, (line) => projectId === null || projectId === line.projectId),
    prompts: loadById(
      ctx,
      findPrompts,
      (prompt) => projectId === null || prompt.projectId === null || projectId === prompt.projectId,
    ),
    production: loadProduction(ctx),
    costs: loadCosts(ctx),
  };
}
