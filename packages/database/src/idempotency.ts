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
  text: `select input_hash, result, result is null as unfinished, expires_at < now() as expired from platform.idempotency
    where tenant_id = $1 and field = $2 and key = $3`,
};
const FINISH = {
  name: 'idempotency_finish',
  text: 'update platform.idempotency set result = $4 where tenant_id = $1 and field = $2 and key = $3',
};

interface Kept {
  readonly input_hash: Buffer;
  readonly result: JsonValue;
  readonly unfinished: boolean;
  readonly expired: boolean;
}

interface Asked extends IdempotentCall {
  readonly key: string;
  readonly hash: Buffer;
}

/** Null: the call has no key. */
function toAsked(tx: Transaction, { field, key: given, input }: IdempotentCall): Asked | null {
  if (given === null || given === undefined) return null;
  const key = checkText('idempotencyKey', given, MAX_KEY);
  if (tx.caller.tenantId === '') throw badInput('idempotencyKey', 'needs a tenant');
  return { field, key, input, hash: createHash('sha256').update(canonicalJson(input)).digest() };
}

const find = async (tx: Transaction, { field, key }: Asked): Promise<Kept | undefined> =>
  (await tx.query<Kept>(FIND, [tx.caller.tenantId, field, key]))[0];

function replay(kept: Kept | undefined, { field, key, hash }: Asked): JsonValue {
  if (!kept?.input_hash.equals(hash))
    throw new PlatformError(
      'IDEMPOTENCY_CONFLICT',
      `The idempotencyKey was used for another ${field}; take a new key for other input.`,
      { field: 'idempotencyKey', key },
    );
  if (kept.unfinished)
    throw new PlatformError('CONFLICT', `The first ${field} under this idempotencyKey is still running; try again.`, {
      retryable: true,
    });
  return kept.result;
}

/**
 * The first result of a call under its key, so that a repeat need not do what comes before the write: ask a model, and pay.
 *
 * @returns null where there is none, or no key
 * @throws IDEMPOTENCY_CONFLICT under the same key with other input
 */
export async function findFirst<T extends JsonValue>(
  tx: Transaction,
  call: IdempotentCall,
): Promise<{ result: T } | null> {
  const asked = toAsked(tx, call);
  const kept = asked && (await find(tx, asked));
  return asked && kept && !kept.expired ? { result: replay(kept, asked) as T } : null; // written by `once` of the same field
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
  const asked = toAsked(tx, call);
  if (!asked) return { result: await work(), replayed: false };
  const { field, key, hash } = asked;
  const claimed = await tx.query(CLAIM, [tx.caller.tenantId, field, key, hash]);
  if (claimed.length === 0) {
    const kept = replay(await find(tx, asked), asked);
    return { result: kept as T, replayed: true }; // written below by the same field, so of the same shape
  }
  const result = await work();
  await tx.query(FINISH, [tx.caller.tenantId, field, key, JSON.stringify(result)]);
  return { result, replayed: false };
}
