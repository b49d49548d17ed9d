import type { JsonValue, Transaction } from '@rae/kernel';

/** Work in the making, and the token of who does it. */
export interface RunLease {
  readonly id: string;
  readonly token: string;
}

/** Work that takes longer may be taken over by who asks again. */
const RUN_LEASE_SECONDS = 120;

const INSERT = {
  name: 'run_claim',
  text: `insert into memory.run (tenant_id, id, lease_token, lease_until)
    values ($1, $2, $3, now() + make_interval(secs => ${RUN_LEASE_SECONDS}))`,
};
const TAKE_OVER = {
  name: 'run_take_over',
  text: `update memory.run set lease_token = $3, lease_until = now() + make_interval(secs => ${RUN_LEASE_SECONDS})
    where tenant_id = $1 and id = $2 and result is null and lease_until < now() returning 1`,
};
const RELEASE = {
  name: 'run_release',
  text: `update memory.run set lease_until = '-infinity' where tenant_id = $1 and id = $2 and lease_token = $3 and result is null`,
};
const FINISH = {
  name: 'run_finish',
  text: `update memory.run set result = $4 where tenant_id = $1 and id = $2 and lease_token = $3 and result is null returning 1`,
};
const FIND = { name: 'run_find', text: 'select result from memory.run where tenant_id = $1 and id = $2' };

export async function claimRun(tx: Transaction, { id, token }: RunLease): Promise<void> {
  await tx.query(INSERT, [tx.caller.tenantId, id, token]);
}

/** False: it is done, or somebody does it. */
export const takeOverRun = async (tx: Transaction, { id, token }: RunLease): Promise<boolean> =>
  (await tx.query(TAKE_OVER, [tx.caller.tenantId, id, token])).length > 0;

/** Lets the next one who asks do it at once. */
export async function releaseRun(tx: Transaction, { id, token }: RunLease): Promise<void> {
  await tx.query(RELEASE, [tx.caller.tenantId, id, token]);
}

/** Keeps the result. False: it was taken over, and is somebody else's to finish. */
export const finishRun = async (tx: Transaction, { id, token }: RunLease, result: JsonValue): Promise<boolean> =>
  (await tx.query(FINISH, [tx.caller.tenantId, id, token, JSON.stringify(result)])).length > 0;

/** What was kept; null: nothing yet. */
export async function findRunResult(tx: Transaction, id: string): Promise<JsonValue> {
  const [row] = await tx.query<{ result: JsonValue }>(FIND, [tx.caller.tenantId, id]);
  return row?.result ?? null;
}
