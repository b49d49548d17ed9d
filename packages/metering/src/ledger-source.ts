import { createHash } from 'node:crypto';
import type { ChainHead, ChainSource, CheckedPage } from '@rae/audit';
import type { Transaction } from '@rae/kernel';

/**
 * SHA-256 of the body of `platform.ledger_bytes`, which writes a line as the bytes that are hashed: whoever changes lines could
 * otherwise change it to say what they said before.
 */
export const LEDGER_BYTES_SHA256 = 'c3d77131cc0fc333b2c12e037d1ba62c47b5fb342d86709f6ba7d26c3f5e3efd';

/**
 * Checks consecutive lines where they lie: content, labels by their hash (erased ones are blank), place and chain. $2 and $5: the
 * line before.
 */
const CHECK = {
  name: 'ledger_check_page',
  text: `with checked as (
      select l.number, l.id, l.hash, l.number = $2::bigint + row_number() over w
          and l.previous_hash = lag(l.hash, 1, $5::bytea) over w
          and l.hash = sha256(l.previous_hash || platform.ledger_bytes(l))
          and (l.labels_hash = sha256(record_send(row(l.tags, l.metadata))) or (l.tags = '{}' and l.metadata = '{}'))
          and (select encode(sha256(convert_to(prosrc, 'UTF8')), 'hex') = $6 from pg_catalog.pg_proc
            where oid = 'platform.ledger_bytes(platform.ledger)'::regprocedure) as holds
        from platform.ledger l where l.tenant_id = $1 and l.number > $2 and l.number <= least($3, $2::bigint + $4)
        window w as (order by l.number)),
    broken as (select min(number) as number from checked where holds is not true)
    select (select count(*)::int from checked) as entries, (select id from checked where number = broken.number) as "firstBrokenId",
      last.number::float8 as number, last.hash
    from broken left join lateral (
      select number, hash from checked where broken.number is null or number < broken.number order by number desc limit 1) last on true`,
};
const NEXT = {
  name: 'ledger_next',
  text: 'select id from platform.ledger where tenant_id = $1 and number > $2 order by number limit 1',
};

type Row = Pick<CheckedPage, 'entries' | 'firstBrokenId'> & { readonly number: number | null; readonly hash: Buffer };

async function checkPage(tx: Transaction, after: ChainHead, upTo: number, limit: number): Promise<CheckedPage> {
  const { tenantId } = tx.caller;
  const values = [tenantId, after.number, upTo, limit, after.hash, LEDGER_BYTES_SHA256];
  const [row] = await tx.query<Row>(CHECK, values);
  if (!row || row.entries === 0) {
    // a whole page of lines is missing
    const [next] = await tx.query<{ id: string }>(NEXT, [tenantId, after.number]);
    return { entries: 0, firstBrokenId: next?.id ?? null, head: after };
  }
  const { entries, firstBrokenId, number, hash } = row;
  return { entries, firstBrokenId, head: number === null ? after : { number, hash } };
}

const start = (tenantId: string): ChainHead => ({
  number: 0,
  hash: createHash('sha256').update(`rae ledger ${tenantId}`).digest(),
});

/** The ledger as a chain; its hashes are made and checked in the database, by the same function. */
export const ledgerSource: ChainSource = {
  chain: 'ledger',
  table: 'platform.ledger',
  heads: 'platform.ledger_heads',
  writtenAt: 'created_at',
  start,
  checkPage,
};
