import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Caller, Transaction } from '@rae/kernel';
import type { ChainHead } from './chain.ts';
import {
  type ChainEnds,
  type ChainLink,
  type ChainSource,
  findEnds,
  findLink,
  findLinks,
  findNumberBefore,
  findOldest,
} from './chain-source.ts';
import { type ChainSigner, type Checkpoint, findCheckpoints } from './checkpoints.ts';

/** Lines written from `from` to `to`; null: from the oldest, to the newest. */
export interface ChainRange {
  readonly from: Date | null;
  readonly to: Date | null;
}

export interface ChainVerification {
  readonly valid: boolean;
  /** Lines that were checked. */
  readonly entries: number;
  /** The earliest line whose content, place or chain does not hold: of lines missing behind it the last that is there. Null also when no line is left to name. */
  readonly firstBrokenId: string | null;
  /** Signed heads that were compared. */
  readonly checkpoints: number;
}

export interface VerifyOptions {
  readonly caller: Caller;
  readonly source: ChainSource;
  readonly signer: ChainSigner;
  /** One short transaction under the caller's tenant. */
  readonly read: <T>(work: (tx: Transaction) => Promise<T>) => Promise<T>;
}

/** Some 20 ms of the ledger: a page holds neither the event loop nor an embedded database up. */
const PAGE = 2_000;
/** Lines stand in order of their commits and carry the time when their transactions began, which last at most 5 s. */
const OVERLAP_MS = 10_000;

interface Plan extends ChainEnds {
  readonly oldest: ChainLink | null;
  readonly checkpoints: readonly Checkpoint[];
  readonly first: number;
  readonly last: number;
}

async function readPlan(tx: Transaction, { source }: VerifyOptions, range: ChainRange): Promise<Plan> {
  const { head, newest } = await findEnds(tx, source);
  const oldest = await findOldest(tx, source);
  const checkpoints = await findCheckpoints(tx, source.chain);
  const bounds = { oldest: oldest?.number ?? 1, newest: newest?.number ?? 0 };
  const find = (instant: Date) => findNumberBefore(tx, source, bounds, instant);
  const first = range.from ? (await find(new Date(range.from.getTime() - OVERLAP_MS))) + 1 : bounds.oldest;
  const last = range.to ? await find(new Date(range.to.getTime() + OVERLAP_MS)) : bounds.newest;
  return { head, oldest, newest, checkpoints, first, last };
}

/** What the first line has to follow; null: it is not there. Lines from the oldest on may have been pruned, behind a checkpoint that says how they ended. */
async function findStart(options: VerifyOptions, { oldest, first, checkpoints }: Plan): Promise<ChainHead | null> {
  const { source, caller, read } = options;
  if (first === 1) return source.start(caller.tenantId);
  if (first > (oldest?.number ?? 1)) return read((tx) => findLink(tx, source, first - 1));
  return checkpoints.find((point) => point.number === first - 1 && holds(options, point)) ?? null;
}

const holds = ({ signer, source, caller }: VerifyOptions, point: Checkpoint): boolean | null =>
  signer.holds({ ...point, tenantId: caller.tenantId, chain: source.chain }, point);

interface Checked {
  readonly entries: number;
  readonly firstBrokenId: string | null;
  readonly head: ChainHead;
}

async function checkLane({ source, read }: VerifyOptions, start: ChainHead, last: number): Promise<Checked> {
  let [head, entries] = [start, 0];
  while (head.number < last) {
    const page = await read((tx) => source.checkPage(tx, head, last, PAGE));
    entries += page.entries;
    head = page.head;
    if (page.firstBrokenId !== null || page.entries === 0) return { entries, firstBrokenId: page.firstBrokenId, head };
    await nextTurn();
  }
  return { entries, firstBrokenId: null, head };
}

/**
 * The later half beside the earlier one: each line is checked against the hash of the line before it as it is stored, and
 * that hash in turn where it is the later line.
 */
async function checkPages(options: VerifyOptions, start: ChainHead, last: number): Promise<Checked> {
  const middle = Math.floor((start.number + last) / 2);
  const between =
    last - start.number > 2 * PAGE ? await options.read((tx) => findLink(tx, options.source, middle)) : null;
  if (!between) return checkLane(options, start, last);
  const [early, late] = await Promise.all([checkLane(options, start, middle), checkLane(options, between, last)]);
  const entries = early.entries + late.entries;
  const whole = early.firstBrokenId === null && early.head.number === middle;
  return { ...(whole ? late : early), entries };
}

interface Compared {
  readonly checkpoints: number;
  /** The earliest line that is not what was signed; null: all are. */
  readonly broken: { readonly number: number; readonly id: string | null } | null;
}

/** Signed heads of the range against the lines of their numbers. Those above the newest line tell that lines were cut off. */
async function compareCheckpoints(options: VerifyOptions, plan: Plan): Promise<Compared> {
  const { newest, first, last } = plan;
  const isLast = last >= (newest?.number ?? 0);
  const inRange = plan.checkpoints.filter(({ number }) => number >= first && (isLast || number <= last));
  const numbers = inRange.map(({ number }) => number);
  const lines = await options.read((tx) => findLinks(tx, options.source, numbers));
  const compared = new Set<number>();
  for (const point of inRange) {
    const held = holds(options, point);
    if (held === null) continue; // of another key: it can be neither believed nor refuted
    compared.add(point.number);
    const line = lines.get(point.number);
    if (!held || !line?.hash.equals(point.hash))
      return { checkpoints: compared.size, broken: { number: point.number, id: line?.id ?? newest?.id ?? null } };
  }
  return { checkpoints: compared.size, broken: null };
}

/** Whether the newest line is the one that the head says: lines cut off at the end show nowhere else. */
function endsWell({ head, newest, last }: Plan, end: ChainHead): boolean {
  if (last < (newest?.number ?? 0)) return true;
  return head === null ? end.number === 0 : head.number === end.number && head.hash.equals(end.hash);
}

async function verifyPlan(options: VerifyOptions, plan: Plan): Promise<ChainVerification> {
  const { checkpoints, broken } = await compareCheckpoints(options, plan);
  const start = await findStart(options, plan);
  if (!start) {
    const line = await options.read((tx) => findLink(tx, options.source, plan.first));
    return { valid: false, entries: 0, firstBrokenId: line?.id ?? null, checkpoints };
  }
  const { entries, firstBrokenId, head } = await checkPages(options, start, plan.last);
  const refuted = (id: string | null) => ({ valid: false, entries, firstBrokenId: id, checkpoints });
  if (broken && (firstBrokenId === null || broken.number <= head.number)) return refuted(broken.id);
  if (firstBrokenId !== null) return refuted(firstBrokenId);
  if (!endsWell(plan, head)) return refuted(plan.newest?.id ?? null);
  return { valid: true, entries, firstBrokenId: null, checkpoints };
}

/**
 * Checks a tenant's chain in pages, each a short transaction: content and place of every line, signed heads, and the end.
 * Lines that are written meanwhile are not looked at.
 *
 * @param range the whole chain, or the lines written from `from` to `to` and within 10 s of that
 */
export async function verifyWholeChain(options: VerifyOptions, range: ChainRange): Promise<ChainVerification> {
  for (;;) {
    const plan = await options.read((tx) => readPlan(tx, options, range));
    const result = await verifyPlan(options, plan);
    if (result.valid) return result;
    // lines that were pruned meanwhile are not missing
    const oldest = await options.read((tx) => findOldest(tx, options.source));
    if (oldest?.number === plan.oldest?.number) return result;
  }
}
