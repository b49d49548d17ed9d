import { readFileSync } from 'node:fs';
import type { ConsumerDefinition, EventFeed } from '@rae/events';
import type { JobDefinition } from '@rae/jobs';
import {
  type Caller,
  type Context,
  type Embedder,
  type Generator,
  type Logger,
  type Reranker,
  type Subgraph,
  systemOf,
  type Transaction,
  type WakeUp,
} from '@rae/kernel';
import type { Metering } from '@rae/metering';
import type { Metrics } from '@rae/telemetry';
import { parse } from 'graphql';
import { type EmbedOptions, embedMemoriesJob } from './jobs/embed-memories.ts';
import { eraseMemoriesJob } from './jobs/erase-memories.ts';
import { enqueueFilling, fillAnnJob } from './jobs/fill-ann.ts';
import { keepMemoriesJob } from './jobs/keep-memories.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/index.ts';
import { createAnswerMakers } from './services/answers/answer-makers.ts';
import { createDocumentCutter } from './services/documents/cut-document.ts';
import { createGate } from './services/documents/gate.ts';
import type { MemoryContext } from './services/memory-context.ts';
import { createIndexRegistry } from './services/search/index-registry.ts';
import { createUsageCounter } from './services/upkeep/usage-counter.ts';
import type { WorkingStore } from './services/working/working-store.ts';
import { fillErasure } from './subscribers/fill-erasure.ts';

export interface MemorySubgraphOptions {
  readonly embedder: Embedder;
  readonly generator: Generator;
  /** Null: none is configured. */
  readonly reranker: Reranker | null;
  readonly feed: EventFeed;
  readonly wakeUp: WakeUp;
  /** Bytes that the search indexes of this process may hold. */
  readonly indexBytes: number;
  /** A transaction beside the requests: uses are counted there. */
  readonly writeAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  /** Where WORKING memories live; closed with the subgraph. */
  readonly working: WorkingStore;
  /** Books what an answer that is given again saved. */
  readonly meter: Pick<Metering, 'record'>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Searches at once in one process: each is nearly all CPU, so more would only wait in another place. */
const SEARCHES_AT_ONCE = 3;

/** What an agent remembers, and how it is found again. */
export function createMemorySubgraph({
  embedder,
  generator,
  reranker,
  feed,
  wakeUp,
  indexBytes,
  writeAs,
  working,
  meter,
  logger,
  metrics,
}: MemorySubgraphOptions): Subgraph<MemoryContext> {
  const askForAnn = (tenantId: string, projectId: string) =>
    writeAs(systemOf(tenantId, 'memory.index'), (tx) => enqueueFilling(tx, projectId));
  const indexes = createIndexRegistry({ embedder, maxBytes: indexBytes, askForAnn, logger, metrics });
  const usage = createUsageCounter({ writeAs, logger });
  const answers = createAnswerMakers();
  const cutter = createDocumentCutter();
  const searchGate = createGate(SEARCHES_AT_ONCE);
  return {
    name: 'memory',
    typeDefs: parse(readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8')),
    resolvers,
    extend: (ctx: Context) => ({
      ...ctx,
      embedder,
      generator,
      reranker,
      indexes,
      cutter,
      searchGate,
      feed,
      wakeUp,
      answers,
      usage,
      working,
      meter,
      metrics,
      loaders: createLoaders(ctx, working),
    }),
    async close() {
      await answers.close();
      indexes.close();
      await cutter.close();
      await usage.close();
      await working.close();
    },
  };
}

/** What the memory subgraph does behind events. */
export const memoryConsumers: readonly ConsumerDefinition[] = [fillErasure];

/** The work that its events lead to. */
export const memoryJobs = (options: EmbedOptions): readonly JobDefinition[] => [
  embedMemoriesJob(options),
  eraseMemoriesJob(),
  keepMemoriesJob({ writeAs: options.readAs }),
  fillAnnJob({ model: options.embedder.id, writeAs: options.readAs }),
];

export { enqueueLeftBehind } from './jobs/enqueue-left-behind.ts';
export { enqueueKeeping } from './jobs/keep-memories.ts';
export { checkEmbeddingModel, type Vectors } from './services/embedding/embedding-model.ts';
export { type Reembedded, reembed } from './services/embedding/reembed.ts';
export { createInProcessWorkingStore } from './services/working/in-process-store.ts';
export { createRedisWorkingStore } from './services/working/redis-store.ts';
export type { WorkingMemory, WorkingStore } from './services/working/working-store.ts';
