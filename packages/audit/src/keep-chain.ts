import type { Caller, Transaction } from '@rae/kernel';
import type { ChainHead } from './chain.ts';
import { type ChainLink, type ChainSource, findEnds, findLink, findNumberBefore, findOldest } from './chain-source.ts';
import { type ChainSigner, findCheckpoints, insertCheckpoint, signAnew } from './checkpoints.ts';
import { type VerifyOptions, verifyWholeChain } from './verify-chain.ts';

export interface ChainKeeping {
  /** One short transaction as `caller`. */
  readonly transactAs: <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly transactAsWorker: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
  readonly signer: ChainSigner;
  readonly now: Date;
}

/** What became of a chain. broken: the earliest line or signature that does not hold, and then nothing was signed or pruned. */
export interface Kept {
  readonly signed: boolean;
  readonly pruned: number;
  readonly broken: string | null;
}

const DAY_MS = 86_400_000;
/** Lines that one pass prunes, in one transaction: some 0.5 s. */
const PRUNED_AT_ONCE = 20_000;
const NOTHING: Kept = { signed: false, pruned: 0, broken: null };

/** The last line of the prefix that is older than `days`, as far as one pass prunes; null: there is none. The newest line always stays. */
async function findPrefix(tx: Transaction, source: ChainSource, before: Date): Promise<ChainLink | null> {
  const [oldest, { newest }] = [await findOldest(tx, source), await findEnds(tx, source)];
  if (!oldest || !newest || oldest.number === newest.number || oldest.writtenAt >= before) return null;
  const bounds = { oldest: oldest.number, newest: newest.number };
  const number = Math.min(await findNumberBefore(tx, source, bounds, before), newest.number - 1);
  return findLink(tx, source, Math.min(number, oldest.number + PRUNED_AT_ONCE - 1));
}

interface Due {
  readonly line: ChainHead;
  /** When the chain was last signed, and so held; null: never. */
  readonly since: Date | null;
}

async function findDue(tx: Transaction, source: ChainSource, now: Date): Promise<Due | null> {
  const { newest } = await findEnds(tx, source);
  const last = (await findCheckpoints(tx, source.chain)).at(-1);
  if (!newest || newest.number === last?.number) return null;
  if (last && now.getTime() - last.at.getTime() < DAY_MS) return null;
  return { line: newest, since: last?.at ?? null };
}

async function prune(keeping: ChainKeeping, caller: Caller, source: ChainSource, prefix: ChainHead): Promise<number> {
  const { transactAs, transactAsWorker, signer } = keeping;
  await transactAs(caller, (tx) => insertCheckpoint(tx, source.chain, prefix, signer));
  const [row] = await transactAsWorker((tx) =>
    tx.query<{ pruned: number }>(`select platform.prune_${source.chain}($1, $2) as pruned`, [
      caller.tenantId,
      prefix.number,
    ]),
  );
  return row?.pruned ?? 0;
}

/** The earliest line that does not hold of what is to be signed and what is to be pruned; null: both hold. */
async function findBroken(options: VerifyOptions, due: Due | null, prefix: ChainLink | null): Promise<string | null> {
  const ranges = [
    ...(prefix ? [{ from: null, to: prefix.writtenAt }] : []),
    ...(due ? [{ from: due.since, to: null }] : []),
  ];
  for (const range of ranges) {
    const { valid, firstBrokenId } = await verifyWholeChain(options, range);
    if (!valid) return firstBrokenId ?? 'none is left';
  }
  return null;
}

/**
 * Signs the newest line of a tenant's chain once a day, and prunes lines older than `days` behind a line that it signed: at
 * most 20 000 a pass. Only what holds is signed, which is checked from the last signed line on, and what is pruned from its
 * start: a signature under a changed line would vouch for it. What was signed under the signer's previous key is signed anew.
 *
 * @param days how long lines are kept; null: for ever
 */
export async function keepChain(
  keeping: ChainKeeping,
  caller: Caller,
  source: ChainSource,
  days: number | null,
): Promise<Kept> {
  const { transactAs, signer, now } = keeping;
  const read = <T>(work: (tx: Transaction) => Promise<T>) => transactAs(caller, work);
  const forged = await read((tx) => signAnew(tx, source.chain, signer));
  if (forged !== null) return { ...NOTHING, broken: `the signature of line ${forged}` };
  const due = await read((tx) => findDue(tx, source, now));
  const cutoff = days === null ? null : new Date(now.getTime() - days * DAY_MS);
  const prefix = cutoff && (await read((tx) => findPrefix(tx, source, cutoff)));
  const broken = await findBroken({ caller, source, signer, read }, due, prefix);
  if (broken !== null) return { ...NOTHING, broken };
  if (due) await read((tx) => insertCheckpoint(tx, source.chain, due.line, signer));
  return { signed: due !== null, pruned: prefix ? await prune(keeping, caller, source, prefix) : 0, broken: null };
}
