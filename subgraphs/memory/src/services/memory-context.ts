import type { EventFeed } from '@rae/events';
import type { Context, Embedder, Generator, Reranker, WakeUp } from '@rae/kernel';
import type { Metering } from '@rae/metering';
import type { Metrics } from '@rae/telemetry';
import type DataLoader from 'dataloader';
import type { Answer } from '../domain/answer/answer.ts';
import type { Document } from '../domain/document.ts';
import type { Erasure, ErasurePart } from '../domain/erasure.ts';
import type { Memory } from '../domain/memory-row.ts';
import type { Revision } from '../queries/revisions.ts';
import type { Usage } from '../queries/usage.ts';
import type { AnswerMakers } from './answers/answer-makers.ts';
import type { DocumentCutter } from './documents/cut-document.ts';
import type { IndexRegistry } from './search/index-registry.ts';
import type { UsageCounter } from './upkeep/usage-counter.ts';
import type { WorkingStore } from './working/working-store.ts';

/** One fetch's look-ups by id, gathered and asked once each, under the caller's tenant. */
export interface MemoryLoaders {
  /** Null: the tenant has no such memory, or the key may not see its project. */
  readonly memory: DataLoader<string, Memory | null>;
  /** Null: it was never used. */
  readonly usage: DataLoader<string, Usage | null>;
  /** Null: the tenant has no such answer, or the key may not see its project. */
  readonly answer: DataLoader<string, Answer | null>;
  /** Null as for memories. */
  readonly document: DataLoader<string, Document | null>;
  /** Null: there is none that the caller may see. */
  readonly erasure: DataLoader<string, Erasure | null>;
  readonly erasureParts: DataLoader<string, ErasurePart[]>;
  /** Ids of what it was drawn from, in order. */
  readonly sources: DataLoader<{ memoryId: string; first: number }, string[], string>;
  readonly history: DataLoader<{ memoryId: string; first: number }, Revision[], string>;
}

/** What a fetch of the memory subgraph has besides the platform's own. */
export interface MemoryContext extends Context {
  readonly embedder: Embedder;
  readonly generator: Generator;
  /** Null: none is configured. */
  readonly reranker: Reranker | null;
  readonly indexes: IndexRegistry;
  readonly cutter: DocumentCutter;
  readonly searchGate: <T>(work: () => Promise<T>) => Promise<T>;
  readonly feed: EventFeed;
  readonly usage: UsageCounter;
  readonly wakeUp: WakeUp;
  readonly answers: AnswerMakers;
  readonly working: WorkingStore;
  readonly meter: Pick<Metering, 'record'>;
  readonly metrics: Metrics;
  readonly loaders: MemoryLoaders;
}
