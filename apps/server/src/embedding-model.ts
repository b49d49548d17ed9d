import { WORKER_SCOPE } from '@rae/database';
import { listTenantIds } from '@rae/identity';
import type { Embedder } from '@rae/kernel';
import type { Vectors } from '@rae/memory-subgraph';
import { type Platform, systemCaller } from './platform.ts';

/** The vectors of the whole installation, as the memory subgraph looks at them. */
export const vectorsOf = ({ transact, asWorker, asTenant }: Platform, embedder: Embedder): Vectors => ({
  embedder,
  asOwner: (work) => transact({ ...WORKER_SCOPE, role: 'rae_owner' }, work),
  asTenant,
  listTenants: async () => (await asWorker(listTenantIds)).map(systemCaller),
});

/** @throws CONFLICT when the vectors that are stored are of another model than the configured one */
export async function settleEmbeddingModel(platform: Platform, embedder: Embedder): Promise<void> {
  const { checkEmbeddingModel } = await import('@rae/memory-subgraph');
  await checkEmbeddingModel(vectorsOf(platform, embedder));
}
