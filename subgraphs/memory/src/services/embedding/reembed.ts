import type { Caller } from '@rae/kernel';
import { quantisationScale, quantise } from '../../engine/index.ts';
import { setEmbeddingModel } from '../../queries/embedding-model.ts';
import {
  FIRST_PLACE,
  moveNextVectors,
  type Scanned,
  type ScanPlace,
  scanMemories,
  writeNextVectors,
} from '../../queries/reembed-memories.ts';
import { embedStored } from './embed-stored.ts';
import { settleModel, type Vectors } from './embedding-model.ts';

/** Memories that one call of the model is asked for. */
const BATCH = 50;

export interface Reembedded {
  /** Vectors that this run made. */
  readonly made: number;
  /** The model whose vectors were there before. */
  readonly before: string;
}

/** Hears how many memories a run has looked at so far. */
export type OnProgress = (seen: number) => void;

async function makeVectors(
  { embedder, asTenant }: Vectors,
  tenant: Caller,
  missing: readonly Scanned[],
): Promise<void> {
  const scale = quantisationScale(embedder.id, embedder.dimensions);
  for (let at = 0; at < missing.length; at += BATCH) {
    const groups = await embedStored(embedder, tenant, missing.slice(at, at + BATCH));
    const made = groups
      .flatMap(({ embedded }) => embedded)
      .flatMap(({ memory: { id }, vector }) => (vector ? [{ id, vector: quantise(vector, scale) }] : []));
    await asTenant(tenant, (tx) => writeNextVectors(tx, embedder.id, made));
    for (const { error } of groups) if (error !== null) throw error;
  }
}

/** One look at all memories of all tenants. @returns how many vectors were made */
async function pass(vectors: Vectors, onProgress: OnProgress): Promise<number> {
  const { embedder, asTenant, listTenants } = vectors;
  let made = 0;
  let seen = 0;
  for (const tenant of await listTenants()) {
    for (let place: ScanPlace | null = FIRST_PLACE; place; ) {
      const from: ScanPlace = place;
      const scanned = await asTenant(tenant, (tx) => scanMemories(tx, embedder.id, embedder.dimensions, from));
      const missing = scanned.filter(({ isDone }) => !isDone);
      await makeVectors(vectors, tenant, missing);
      made += missing.length;
      seen += scanned.length;
      onProgress(seen);
      place = scanned.at(-1) ?? null;
    }
  }
  return made;
}

async function moveAll({ embedder, asTenant, listTenants }: Vectors): Promise<void> {
  for (const tenant of await listTenants())
    while ((await asTenant(tenant, (tx) => moveNextVectors(tx, embedder.id, embedder.dimensions))) > 0);
}

/**
 * Makes the vectors of all memories anew with the configured model. The new ones are kept beside the old ones until none is
 * missing; then the installation is said to be of the new model, and they take the old ones' place. What was written by
 * servers of the old model meanwhile is made up at the end. A run that breaks off goes on where it was.
 *
 * @throws MODEL_UNAVAILABLE, BUDGET_EXCEEDED: what was made stays
 */
export async function reembed(vectors: Vectors, onProgress: OnProgress): Promise<Reembedded> {
  const { embedder, asOwner } = vectors;
  const { model: before } = await settleModel(vectors);
  let made = 0;
  for (let more = await pass(vectors, onProgress); more > 0; more = await pass(vectors, () => {})) made += more;
  await asOwner((tx) => setEmbeddingModel(tx, embedder.id, embedder.dimensions));
  await moveAll(vectors);
  for (let more = await pass(vectors, () => {}); more > 0; more = await pass(vectors, () => {})) {
    made += more;
    await moveAll(vectors);
  }
  return { made, before };
}
