import { grownFloat32, grownFloat64, grownInt32, grownUint8, grownUint16, roomFor } from './grow.ts';

/**
 * The rows of an index, column by column; a row's place is its slot, and slots are never given to another row. Columns
 * that hold a string hold its number in the interner of the same name. Times are epoch milliseconds, Infinity where open.
 */
export interface Columns {
  /** Slots in use, erased ones included. */
  count: number;
  capacity: number;
  mid: Float64Array;
  version: Int32Array;
  /** 0 = erased. */
  status: Uint8Array;
  layer: Uint8Array;
  role: Uint8Array;
  language: Uint8Array;
  analyser: Uint8Array;
  flags: Uint8Array;
  /** 1 while the row is ACTIVE: the mask of a search without a filter. */
  active: Uint8Array;
  length: Uint16Array;
  session: Int32Array;
  turn: Int32Array;
  /** Neighbours in the session by (turn, mid), -1 at its ends. */
  previous: Int32Array;
  next: Int32Array;
  speaker: Int32Array;
  source: Int32Array;
  user: Int32Array;
  agent: Int32Array;
  document: Int32Array;
  collection: Int32Array;
  tags: Int32Array;
  importance: Float32Array;
  occurredAt: Float64Array;
  validFrom: Float64Array;
  validTo: Float64Array;
  createdAt: Float64Array;
  supersededAt: Float64Array;
  archivedAt: Float64Array;
  expiresAt: Float64Array;
  /** Where the row's terms stand in the forward store, and how many there are. */
  firstTerm: Int32Array;
  terms: Int32Array;
}

const BYTES_PER_SLOT = 7 + 2 + 14 * 4 + 4 + 8 * 8;

/** Columns with room for `expected` rows. */
export function createColumns(expected: number): Columns {
  const c = roomFor(expected, 0);
  return {
    count: 0,
    capacity: c,
    mid: new Float64Array(c),
    version: new Int32Array(c),
    status: new Uint8Array(c),
    layer: new Uint8Array(c),
    role: new Uint8Array(c),
    language: new Uint8Array(c),
    analyser: new Uint8Array(c),
    flags: new Uint8Array(c),
    active: new Uint8Array(c),
    length: new Uint16Array(c),
    session: new Int32Array(c),
    turn: new Int32Array(c),
    previous: new Int32Array(c),
    next: new Int32Array(c),
    speaker: new Int32Array(c),
    source: new Int32Array(c),
    user: new Int32Array(c),
    agent: new Int32Array(c),
    document: new Int32Array(c),
    collection: new Int32Array(c),
    tags: new Int32Array(c),
    importance: new Float32Array(c),
    occurredAt: new Float64Array(c),
    validFrom: new Float64Array(c),
    validTo: new Float64Array(c),
    createdAt: new Float64Array(c),
    supersededAt: new Float64Array(c),
    archivedAt: new Float64Array(c),
    expiresAt: new Float64Array(c),
    firstTerm: new Int32Array(c),
    terms: new Int32Array(c),
  };
}

/** Takes the next slot, growing every column by an eighth when there is none. */
export function takeSlot(columns: Columns): number {
  if (columns.count === columns.capacity) grow(columns, roomFor(columns.count + 1, columns.capacity));
  return columns.count++;
}

export const columnBytes = (columns: Columns): number => columns.capacity * BYTES_PER_SLOT;

function grow(columns: Columns, capacity: number): void {
  columns.capacity = capacity;
  columns.mid = grownFloat64(columns.mid, capacity);
  columns.version = grownInt32(columns.version, capacity);
  columns.status = grownUint8(columns.status, capacity);
  columns.layer = grownUint8(columns.layer, capacity);
  columns.role = grownUint8(columns.role, capacity);
  columns.language = grownUint8(columns.language, capacity);
  columns.analyser = grownUint8(columns.analyser, capacity);
  columns.flags = grownUint8(columns.flags, capacity);
  columns.active = grownUint8(columns.active, capacity);
  columns.length = grownUint16(columns.length, capacity);
  columns.session = grownInt32(columns.session, capacity);
  columns.turn = grownInt32(columns.turn, capacity);
  columns.previous = grownInt32(columns.previous, capacity);
  columns.next = grownInt32(columns.next, capacity);
  columns.speaker = grownInt32(columns.speaker, capacity);
  columns.source = grownInt32(columns.source, capacity);
  columns.user = grownInt32(columns.user, capacity);
  columns.agent = grownInt32(columns.agent, capacity);
  columns.document = grownInt32(columns.document, capacity);
  columns.collection = grownInt32(columns.collection, capacity);
  columns.tags = grownInt32(columns.tags, capacity);
  columns.importance = grownFloat32(columns.importance, capacity);
  columns.occurredAt = grownFloat64(columns.occurredAt, capacity);
  columns.validFrom = grownFloat64(columns.validFrom, capacity);
  columns.validTo = grownFloat64(columns.validTo, capacity);
  columns.createdAt = grownFloat64(columns.createdAt, capacity);
  columns.supersededAt = grownFloat64(columns.supersededAt, capacity);
  columns.archivedAt = grownFloat64(columns.archivedAt, capacity);
  columns.expiresAt = grownFloat64(columns.expiresAt, capacity);
  columns.firstTerm = grownInt32(columns.firstTerm, capacity);
  columns.terms = grownInt32(columns.terms, capacity);
}
