import { createHash } from 'node:crypto';
import { badInput, canonicalJson, checkText, type JsonValue, PlatformError, type Transaction } from '@rae/kernel';

/** How long a first result is given again. */
export const IDEMPOTENCY_HOURS = 24;
const MAX_KEY = 200;

export interface IdempotentCall {
  /** The root field, such as `createMemory`. */
  readonly field: string;
  /** The client's key; null: the call is not idempotent and is simply done. */
  readonly key: string | null | undefined;
  /** What the call asks for: the same key with other input is refused. */
  readonly input: unknown;
}

const CLAIM = {
  name: 'idempotency_claim',
  text: `insert into platform.idempotency (tenant_id, field, key, input_hash, expires_at)
    values ($1, $2, $3, $4, now() + make_interval(hours => ${IDEMPOTENCY_HOURS}))
    on conflict (tenant_id, field, key) do update
      set input_hash = excluded.input_hash, result = null, expires_at = excluded.expires_at
      where platform.idempotency.expires_at < now()
    returning 1 as claimed`,
};
const FIND = {
  name: 'idempotency_find',
  text: `select input_hash, result, result is null as unfinished from platform.idempotency
    where tenant_id = $1 and field = $2 and key = $3`,
};
const FINISH = {
  name: 'idempotency_finish',
  text: 'update platform.idempotency set result = $4 where tenant_id = $1 and field = $2 and key = $3',
};

async function replay(tx: Transaction, { field }: IdempotentCall, key: string, hash: Buffer): Promise<JsonValue> {
  const [found] = await tx.query<{ input_hash: Buffer; result: JsonValue; unfinished: boolean }>(FIND, [
    tx.caller.tenantId,
    field,
    key,
  ]);
  if (!found?.input_hash.equals(hash))
    throw new PlatformError(
      'IDEMPOTENCY_CONFLICT',
      `The idempotencyKey was used for another ${field}; take a new key for other input.`,
      { field: 'idempotencyKey', key },
    );
  if (found.unfinished)
    throw new PlatformError('CONFLICT', `The first ${field} under this idempotencyKey is still running; try again.`, {
      retryable: true,
    });
  return found.result;
}

/**
 * Does `work` once per (tenant, field, key): the claim, the work and its result are one transaction, so that a crash
 * leaves none of them. `result` is what is kept: ids and scalars, never content or a secret.
 *
 * @returns the first result again under the same key and input
 * @throws IDEMPOTENCY_CONFLICT under the same key with other input
 */
export async function once<T extends JsonValue>(
  tx: Transaction,
  call: IdempotentCall,
  work: () => Promise<T>,
): Promise<{ result: T; replayed: boolean }> {
  if (call.key === null || call.key === undefined) return { result: await work(), replayed: false };
  const key = checkText('idempotencyKey', call.key, MAX_KEY);
  if (tx.caller.tenantId === '') throw badInput('idempotencyKey', 'needs a tenant');
  const hash = createHash('sha256').update(canonicalJson(call.input)).digest();
  const claimed = await tx.query(CLAIM, [tx.caller.tenantId, call.field, key, hash]);
  if (claimed.length === 0) {
    const kept = await replay(tx, call, key, hash);
    return { result: kept as T, replayed: true }; // written below by the same field, so of the same shape
  }
  const result = await work();
  await tx.query(FINISH, [tx.caller.tenantId, call.field, key, JSON.stringify(result)]);
  return { result, replayed: false };
}
