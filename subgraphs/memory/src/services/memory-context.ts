import type { EventFeed } from '@rae/events';
import type { Context, Embedder } from '@rae/kernel';
import type { MemoryLoaders } from '../loaders.ts';
import type { IndexRegistry } from './index-registry.ts';

/** What a fetch of the memory subgraph has besides the platform's own. */
export interface MemoryContext extends Context {
  readonly embedder: Embedder;
  readonly indexes: IndexRegistry;
  readonly searchGate: <T>(work: () => Promise<T>) => Promise<T>;
  readonly feed: EventFeed;
  readonly loaders: MemoryLoaders;
}
