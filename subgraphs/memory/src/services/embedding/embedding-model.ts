import { type Caller, type Embedder, PlatformError, type Transaction } from '@rae/kernel';
import {
  claimEmbeddingModel,
  holdsVectors,
  type StoredModel,
  setEmbeddingModel,
} from '../../queries/embedding-model.ts';

type Work<T> = (tx: Transaction) => Promise<T>;

/** What is needed to look at, and change, the vectors of the whole installation. */
export interface Vectors {
  readonly embedder: Embedder;
  readonly asOwner: <T>(work: Work<T>) => Promise<T>;
  readonly asTenant: <T>(caller: Caller, work: Work<T>) => Promise<T>;
  /** All tenants, each as the platform itself. */
  readonly listTenants: () => Promise<readonly Caller[]>;
}

export const isOf = ({ model, dimensions }: StoredModel, embedder: Embedder): boolean =>
  model === embedder.id && dimensions === embedder.dimensions;

async function anyVector({ asTenant, listTenants }: Vectors): Promise<boolean> {
  for (const tenant of await listTenants()) if (await asTenant(tenant, holdsVectors)) return true;
  return false;
}

/** The model whose vectors are stored: the embedder's own where there are no vectors yet. */
export async function settleModel(vectors: Vectors): Promise<StoredModel> {
  const { embedder, asOwner } = vectors;
  const { id, dimensions } = embedder;
  const stored = await asOwner((tx) => claimEmbeddingModel(tx, id, dimensions));
  if (isOf(stored, embedder) || (await anyVector(vectors))) return stored;
  await asOwner((tx) => setEmbeddingModel(tx, id, dimensions));
  return { model: id, dimensions, since: stored.since };
}

/**
 * Refuses to go on with an embedding model whose vectors are not those that are stored: they cannot be compared.
 *
 * @throws CONFLICT naming both models and the command that makes the vectors anew
 */
export async function checkEmbeddingModel(vectors: Vectors): Promise<void> {
  const { id, dimensions } = vectors.embedder;
  const stored = await settleModel(vectors);
  if (isOf(stored, vectors.embedder)) return;
  throw new PlatformError(
    'CONFLICT',
    `RAE_EMBED_MODEL is ${id} with ${dimensions} dimensions, but the vectors in the database are of ${stored.model} with ${stored.dimensions}. Set it back, or run \`npm run reembed\` with the same settings to make them anew, then start again.`,
    { setting: 'RAE_EMBED_MODEL', retryable: false, stored: stored.model, configured: id },
  );
}
