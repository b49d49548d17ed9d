import type { Transaction } from '@rae/kernel';

/** The model whose vectors are stored. */
export interface StoredModel {
  readonly model: string;
  readonly dimensions: number;
  /** When it became so. */
  readonly since: Date;
}

const CLAIM = `insert into memory.embedding_model (model, dimensions, since) values ($1, $2, $3) on conflict do nothing returning one`;
const FIND = `select model, dimensions, since from memory.embedding_model`;
const SET = 'update memory.embedding_model set model = $1, dimensions = $2, since = $3';
const HOLDS = 'select exists (select from memory.vector where tenant_id = $1) as holds';

/** More dimensions than pgvector's HNSW takes of halves: such vectors are compared one by one. */
const MAX_INDEXED = 4_000;

/** The embedded database is WebAssembly, where halves are computed in software: one row takes HNSW 50 ms and more at 512 dimensions. */
const IS_EMBEDDED = "select version() like '%wasm%' or version() like '%emscripten%' as embedded";

/** What pgvector has of the model before goes; the index is made while the table is empty. Embedded there is none: all are compared. */
async function beginAnn(tx: Transaction, dimensions: number): Promise<void> {
  await tx.query('truncate memory.vector_ann, memory.ann_project');
  await tx.query('drop index if exists memory.vector_ann_nearest');
  const [{ embedded } = { embedded: false }] = await tx.query<{ embedded: boolean }>(IS_EMBEDDED);
  if (dimensions <= MAX_INDEXED && !embedded)
    await tx.query(
      `create index vector_ann_nearest on memory.vector_ann using hnsw ((embedding::halfvec(${dimensions})) halfvec_ip_ops)`,
    );
}

/** As rae_owner: the model whose vectors are stored, which is the given one where none was ever written down. */
export async function claimEmbeddingModel(tx: Transaction, model: string, dimensions: number): Promise<StoredModel> {
  if ((await tx.query(CLAIM, [model, dimensions, tx.now])).length > 0) await beginAnn(tx, dimensions);
  const [stored] = await tx.query<StoredModel>(FIND);
  if (!stored) throw new Error('memory.embedding_model has no row');
  return stored;
}

/** As rae_owner: from now on vectors are of this model, and pgvector has none of them yet. */
export async function setEmbeddingModel(tx: Transaction, model: string, dimensions: number): Promise<void> {
  await tx.query(SET, [model, dimensions, tx.now]);
  await beginAnn(tx, dimensions);
}

/** Whether the tenant has any vector. */
export const holdsVectors = async (tx: Transaction): Promise<boolean> =>
  (await tx.query<{ holds: boolean }>(HOLDS, [tx.caller.tenantId]))[0]?.holds ?? false;
