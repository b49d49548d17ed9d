import type { Transaction } from '@rae/kernel';

/** Rows copied in one statement: some 0.3 s of HNSW at 512 dimensions. */
const FILLED = 100;

const IS_READY = {
  name: 'ann_is_ready',
  text: `select exists (select from memory.ann_project
    where tenant_id = $1 and project_id = $2 and model = $3 and ready) as ready`,
};

// Whoever is writing vectors ends first, and those after see the row: none is missed by both the copy and the trigger.
const LOCK = 'lock table memory.vector in share mode';
const OPEN = `insert into memory.ann_project (tenant_id, project_id, model) values ($1, $2, $3)
  on conflict (tenant_id, project_id) do nothing returning 1 as one`;
const IS_OPEN = 'select 1 as one from memory.ann_project where tenant_id = $1 and project_id = $2 and model = $3';

/** The rows are held, so that one that is erased just now is not copied. */
const FILL = {
  name: 'ann_fill',
  text: `with page as (select mid, model, q from memory.vector where tenant_id = $1 and project_id = $2 and mid > $4
      order by mid limit ${FILLED} for key share),
    filled as (insert into memory.vector_ann (tenant_id, project_id, mid, embedding)
      select $1, $2, mid, memory.halves_of(q) from page where model = $3
      on conflict (tenant_id, project_id, mid) do nothing)
    select max(mid)::text as last from page`,
};

const FINISH = 'update memory.ann_project set ready = true where tenant_id = $1 and project_id = $2 and model = $3';

/** Whether pgvector has all vectors of a project, those of this very model. */
export const isAnnReady = async (tx: Transaction, projectId: string, model: string): Promise<boolean> =>
  (await tx.query<{ ready: boolean }>(IS_READY, [tx.caller.tenantId, projectId, model]))[0]?.ready ?? false;

/**
 * From the transaction's end on, each new vector of the project goes to pgvector as well. Done before: changes nothing. Holds
 * up those who write vectors for as long as the transaction lasts.
 */
export async function openAnn(tx: Transaction, projectId: string, model: string): Promise<void> {
  const values = [tx.caller.tenantId, projectId, model];
  if ((await tx.query(IS_OPEN, values)).length > 0) return;
  await tx.query(LOCK);
  await tx.query(OPEN, values);
}

/** Copies the next vectors after `after` ('0' at first). @returns the last one's number; null when none was left */
export const fillAnn = async (
  tx: Transaction,
  projectId: string,
  model: string,
  after: string,
): Promise<string | null> =>
  (await tx.query<{ last: string | null }>(FILL, [tx.caller.tenantId, projectId, model, after]))[0]?.last ?? null;

/** Says that all vectors were copied. */
export async function finishAnn(tx: Transaction, projectId: string, model: string): Promise<void> {
  await tx.query(FINISH, [tx.caller.tenantId, projectId, model]);
}
