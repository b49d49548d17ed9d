import { FIRST_PLACE, type ScanPlace, scanMemories } from '../queries/reembed-memories.ts';
import { isOf, settleModel, type Vectors } from '../services/embedding/embedding-model.ts';
import { enqueueEmbedding } from '../services/embedding/enqueue-embedding.ts';

/** Servers of the model before have been started anew by then. */
const WATCHED_MS = 86_400_000;

/**
 * Puts memories without a vector of this model into the queue: servers of the model before go on writing theirs until they
 * are started anew. Looks for a day after the model was changed; those in the queue already stay there once.
 */
export async function enqueueLeftBehind(vectors: Vectors, now: Date): Promise<void> {
  const { embedder, asTenant, listTenants } = vectors;
  const stored = await settleModel(vectors);
  if (!isOf(stored, embedder) || now.getTime() - stored.since.getTime() > WATCHED_MS) return;
  for (const tenant of await listTenants())
    for (let place: ScanPlace | null = FIRST_PLACE; place; ) {
      const from: ScanPlace = place;
      place = await asTenant(tenant, async (tx) => {
        const scanned = await scanMemories(tx, embedder.id, embedder.dimensions, from);
        await enqueueEmbedding(
          tx,
          scanned.filter(({ isDone }) => !isDone).map(({ id }) => id),
        );
        return scanned.at(-1) ?? null;
      });
    }
}
