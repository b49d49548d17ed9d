import type { Transaction } from '@rae/kernel';

const FIND = {
  name: 'api_keys_ended',
  text: `select asked.id, coalesce(key.revoked_at is null and key.id is not null, false) as expired
    from unnest($1::uuid[]) as asked (id) left join platform.api_keys key on key.id = asked.id
    where key.id is null or key.revoked_at is not null or key.expires_at <= $2`,
};

/** Those of `ids` that open nothing any more, of any tenant: for rae_worker. A key that is gone counts as revoked. */
export const findEndedKeys = (
  tx: Transaction,
  ids: readonly string[],
  now: Date,
): Promise<{ id: string; expired: boolean }[]> => tx.query(FIND, [ids, now]);
