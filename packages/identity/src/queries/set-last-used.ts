import type { Transaction } from '@rae/kernel';

const TOUCH = {
  name: 'api_key_touch',
  text: `update platform.api_keys set last_used_at = $2
    where id = $1 and (last_used_at is null or last_used_at <= $2::timestamptz - make_interval(secs => $3))`,
};

/** Notes that a key was used, at most once in `everySeconds` whichever process it was used at. */
export async function setLastUsed(tx: Transaction, id: string, at: Date, everySeconds: number): Promise<void> {
  await tx.query(TOUCH, [id, at, everySeconds]);
}
