import type { Transaction } from '@rae/kernel';

/** The model whose vectors are stored. */
export interface StoredModel {
  readonly model: string;
  readonly dimensions: number;
  /** When it became so. */
  readonly since: Date;
}

const CLAIM = `insert into memory.embedding_model (model, dimensions, since) values ($1, $2, $3) on conflict do nothing`;
const FIND = `select model, dimensions, since from memory.embedding_model`;
const SET = 'update memory.embedding_model set model = $1, dimensions = $2, since = $3';
const HOLDS = 'select exists (select from memory.vector where tenant_id = $1) as holds';

/** As rae_owner: the model whose vectors are stored, which is the given one where none was ever written down. */
export async function claimEmbeddingModel(tx: Transaction, model: string, dimensions: number): Promise<StoredModel> {
  await tx.query(CLAIM, [model, dimensions, tx.now]);
  const [stored] = await tx.query<StoredModel>(FIND);
  if (!stored) throw new Error('memory.embedding_model has no row');
  return stored;
}

/** As rae_owner: from now on vectors are of this model. */
export async function setEmbeddingModel(tx: Transaction, model: string, dimensions: number): Promise<void> {
  await tx.query(SET, [model, dimensions, tx.now]);
}

/** Whether the tenant has any vector. */
export const holdsVectors = async (tx: Transaction): Promise<boolean> =>
  (await tx.query<{ holds: boolean }>(HOLDS, [tx.caller.tenantId]))[0]?.holds ?? false;
