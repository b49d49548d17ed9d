import { type IndexedLayer, type IndexedRole, type IndexedStatus, LAYERS, ROLES, STATUSES } from './codes.ts';
import type { Columns } from './columns.ts';
import type { Interner } from './interner.ts';
import type { ProjectIndex } from './project-index.ts';
import { fitMasks } from './scratch.ts';

/**
 * What a search may find: the contract's MemoryFilter, checked, with ids as strings and instants as epoch milliseconds.
 * What is left out, null, or an empty list does not restrict, except that statuses are then ACTIVE alone.
 */
export interface IndexFilter {
  readonly layers?: readonly IndexedLayer[] | null;
  readonly statuses?: readonly IndexedStatus[] | null;
  /** All of them. */
  readonly tags?: readonly string[] | null;
  /** At least one of them. */
  readonly anyTags?: readonly string[] | null;
  readonly roles?: readonly IndexedRole[] | null;
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly documentId?: string | null;
  readonly collection?: string | null;
  readonly source?: string | null;
  /** From this instant on. */
  readonly occurredFrom?: number | null;
  /** Before this instant. */
  readonly occurredTo?: number | null;
  /** Compared in single precision, as the column is stored. */
  readonly minImportance?: number | null;
  /** Rows with validFrom ≤ validAt < validTo. */
  readonly validAt?: number | null;
  /** Rows as they stood then: created by then, with the status they have now; of those changed since, what `changedSince` says. */
  readonly asOf?: number | null;
  readonly changedSince?: RowsThen | null;
  /** Ids that a query in SQL allows (metadata); of these only those that pass the rest. */
  readonly mids?: readonly number[] | null;
}

/** How the rows stood at `asOf` that were changed since: columns hold what is now. */
export interface RowsThen {
  readonly changed: readonly number[];
  /** Those whose status was among the wanted ones, and those that passed the whole filter. */
  readonly visible: readonly number[];
  readonly passing: readonly number[];
}

/** Which slots a search may return, and whose text and vectors may count as their context. */
export interface FilterMask {
  readonly pass: Uint8Array;
  /** Slots whose status and age fit, whatever the rest of the filter says: neighbours in a conversation. */
  readonly visible: Uint8Array;
  /** How many pass. */
  readonly passing: number;
}

/**
 * Evaluates a filter for every slot. The masks are the index's own scratch: they hold until the next search.
 *
 * @param now an ACTIVE row that has expired by then (by `asOf` where there is one) counts as ARCHIVED
 */
export function filterIndex(index: ProjectIndex, filter: IndexFilter | null, now: number): FilterMask {
  const { columns, scratch } = index;
  if (!index.mayExpire && (!filter || isEmpty(filter)))
    return { pass: columns.active, visible: columns.active, passing: index.activeRows };
  const asked = filter ?? {};
  fitMasks(scratch, columns.capacity);
  const visible = visibleRows(index, asked, now);
  const { pass } = scratch;
  pass.set(visible.subarray(0, columns.count));
  pass.fill(0, columns.count);
  narrow(index, asked, pass);
  if (asked.changedSince) setSlots(index, pass, asked.changedSince.changed, asked.changedSince.passing);
  let passing = 0;
  for (let slot = 0; slot < columns.count; slot++) passing += pass[slot] ?? 0;
  return { pass, visible, passing };
}

const isEmpty = (filter: IndexFilter): boolean =>
  Object.entries(filter).every(
    ([key, value]) => isUnset(value) || (Array.isArray(value) && value.length === 0 && key !== 'mids'),
  );

const isUnset = (value: unknown): value is null | undefined => value === null || value === undefined;

function visibleRows(index: ProjectIndex, filter: IndexFilter, now: number): Uint8Array {
  const { columns, scratch } = index;
  const wanted = flagsOf(
    filter.statuses?.length ? filter.statuses.map((status) => STATUSES[status]) : [STATUSES.ACTIVE],
  );
  const { asOf } = filter;
  if (!index.mayExpire && isUnset(asOf) && !filter.statuses?.length) return columns.active;
  const { visible } = scratch;
  const at = isUnset(asOf) ? now : asOf;
  const written = isUnset(asOf) ? Number.POSITIVE_INFINITY : asOf;
  for (let slot = 0; slot < columns.count; slot++)
    visible[slot] = (columns.createdAt[slot] ?? 0) <= written ? (wanted >> statusAt(columns, slot, at)) & 1 : 0;
  visible.fill(0, columns.count);
  if (filter.changedSince) setSlots(index, visible, filter.changedSince.changed, filter.changedSince.visible);
  return visible;
}

function statusAt({ status, expiresAt }: Columns, slot: number, at: number): number {
  const written = status[slot] ?? 0;
  return written === STATUSES.ACTIVE && (expiresAt[slot] ?? 0) <= at ? STATUSES.ARCHIVED : written;
}

/** Takes some rows out of a mask and puts some of them in again; an erased one stays out. */
function setSlots(
  { columns, slots }: ProjectIndex,
  mask: Uint8Array,
  out: readonly number[],
  into: readonly number[],
): void {
  const set = (mids: readonly number[], value: number) => {
    for (const mid of mids) {
      const slot = slots.get(mid);
      if (slot >= 0) mask[slot] = columns.status[slot] === 0 ? 0 : value;
    }
  };
  set(out, 0);
  set(into, 1);
}

const flagsOf = (codes: readonly number[]): number => codes.reduce((flags, code) => flags | (1 << code), 0) & ~1;

function narrow(index: ProjectIndex, filter: IndexFilter, pass: Uint8Array): void {
  const { columns } = index;
  if (filter.layers?.length)
    keepFlags(
      pass,
      columns,
      columns.layer,
      filter.layers.map((layer) => LAYERS[layer]),
    );
  if (filter.roles?.length)
    keepFlags(
      pass,
      columns,
      columns.role,
      filter.roles.map((role) => ROLES[role]),
    );
  keepName(pass, columns, columns.user, index.users, filter.userId);
  keepName(pass, columns, columns.agent, index.agents, filter.agentId);
  keepName(pass, columns, columns.session, index.sessions, filter.sessionId);
  keepName(pass, columns, columns.document, index.documents, filter.documentId);
  keepName(pass, columns, columns.collection, index.collections, filter.collection);
  keepName(pass, columns, columns.source, index.sources, filter.source);
  if (filter.tags?.length || filter.anyTags?.length) keepTags(index, pass, filter);
  const { occurredFrom, occurredTo, validAt, minImportance, mids } = filter;
  if (!isUnset(occurredFrom) || !isUnset(occurredTo))
    keepRange(pass, columns, columns.occurredAt, occurredFrom ?? -Infinity, occurredTo ?? Infinity);
  if (!isUnset(validAt)) keepValid(pass, columns, validAt);
  if (!isUnset(minImportance)) keepRange(pass, columns, columns.importance, Math.fround(minImportance), Infinity);
  if (!isUnset(mids)) keepIds(index, pass, mids);
}

function keepFlags(pass: Uint8Array, { count }: Columns, column: Uint8Array, codes: readonly number[]): void {
  const wanted = flagsOf(codes);
  for (let slot = 0; slot < count; slot++) pass[slot] = (pass[slot] ?? 0) & ((wanted >> (column[slot] ?? 0)) & 1);
}

function keepName(
  pass: Uint8Array,
  { count }: Columns,
  column: Int32Array,
  names: Interner,
  value: string | null | undefined,
): void {
  if (isUnset(value)) return;
  const wanted = names.find(value);
  for (let slot = 0; slot < count; slot++) if (column[slot] !== wanted) pass[slot] = 0;
}

function keepTags(index: ProjectIndex, pass: Uint8Array, filter: IndexFilter): void {
  const { columns, tagSets } = index;
  const matching = tagSets.matching(filter.tags ?? [], filter.anyTags ?? []);
  for (let slot = 0; slot < columns.count; slot++)
    pass[slot] = (pass[slot] ?? 0) & (matching[columns.tags[slot] ?? 0] ?? 0);
}

function keepRange(
  pass: Uint8Array,
  { count }: Columns,
  column: Float64Array | Float32Array,
  from: number,
  to: number,
): void {
  for (let slot = 0; slot < count; slot++) {
    const value = column[slot] ?? 0;
    if (value < from || value >= to) pass[slot] = 0;
  }
}

function keepValid(pass: Uint8Array, { count, validFrom, validTo }: Columns, at: number): void {
  for (let slot = 0; slot < count; slot++)
    if ((validFrom[slot] ?? 0) > at || (validTo[slot] ?? 0) <= at) pass[slot] = 0;
}

function keepIds(index: ProjectIndex, pass: Uint8Array, mids: readonly number[]): void {
  const { columns, slots } = index;
  const allowed = new Uint8Array(columns.count);
  for (const mid of mids) {
    const slot = slots.get(mid);
    if (slot >= 0) allowed[slot] = 1;
  }
  for (let slot = 0; slot < columns.count; slot++) pass[slot] = (pass[slot] ?? 0) & (allowed[slot] ?? 0);
}
