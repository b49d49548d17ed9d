/*
 * Rows on their way from SQL into the index, as Postgres itself sends a record: the number of columns, then for each its type, its
 * length (-1 = null) and its bytes, big-endian. One text of thousands of records is one value for the driver to parse, and in base64
 * two thirds of what it takes as bytea in hex.
 */
const COLUMNS = [
  'mid',
  'version',
  'layer',
  'status',
  'role',
  'turn',
  'importance',
  'occurred_at',
  'valid_from',
  'valid_to',
  'created_at',
  'superseded_at',
  'archived_at',
  'expires_at',
  'session_id',
  'speaker',
  'source',
  'user_id',
  'agent_id',
  'document_id::text',
  'collection',
  'tags',
  'lex',
] as const;

/** SQL that packs one row of memory.memory, known as `alias`, into one bytea. */
export const recordSql = (alias: string): string =>
  `record_send(row(${COLUMNS.map((column) => `${alias}.${column}`).join(', ')}))`;

/** SQL that packs one row of memory.vector: int8 mid, then the int8 numbers of `q`. All rows of a pack are of one model. */
export const vectorRecordSql = (alias: string): string => `int8send(${alias}.mid) || ${alias}.q`;

/** SQL that packs the id alone of one row of memory.vector. */
export const vectorIdSql = (alias: string): string => `int8send(${alias}.mid)`;

/** SQL that packs one row of memory.gone: int8 mid. */
export const goneRecordSql = (alias: string): string => `int8send(${alias}.mid)`;

/** SQL that joins the records of many rows, in any order, into one text for `unpack`; null of none. */
export const packSql = (record: string, filter = ''): string =>
  `encode(string_agg(${record}, ''::bytea)${filter}, 'base64')`;

/** The records of a pack. */
export const unpack = (pack: string | null): Buffer | null => (pack === null ? null : Buffer.from(pack, 'base64'));

/**
 * For packs of which one is done with before the next comes: each overwrites the one before it, as a hundred megabytes of buffers
 * that are soon dropped make the collector walk the whole heap over and over.
 */
export function createUnpacker(): (pack: string) => Buffer {
  let bytes = Buffer.alloc(0);
  return (pack) => {
    if (bytes.length < pack.length) bytes = Buffer.allocUnsafeSlow(pack.length * 2);
    return bytes.subarray(0, bytes.write(pack, 'base64'));
  };
}

/** One row of memory.memory as the index needs it. Times in epoch milliseconds, Infinity where open or null. */
export interface RowRecord {
  mid: number;
  version: number;
  layer: number;
  status: number;
  /** 0 = none. */
  role: number;
  turn: number;
  importance: number;
  occurredAt: number;
  validFrom: number;
  validTo: number;
  createdAt: number;
  supersededAt: number;
  archivedAt: number;
  expiresAt: number;
  session: string | null;
  speaker: string | null;
  source: string | null;
  user: string | null;
  agent: string | null;
  document: string | null;
  collection: string | null;
  tags: string[];
  /** Where the lex record starts in the pack. */
  lexAt: number;
}

/** Walks the records of a pack in order. The object handed out is filled anew for each; copy what is to be kept. */
export function* readRecords(pack: Buffer): Generator<RowRecord> {
  const cursor = { bytes: pack, view: new DataView(pack.buffer, pack.byteOffset, pack.length), at: 0 };
  const row = emptyRecord();
  while (cursor.at < pack.length) {
    cursor.at += COUNT_BYTES;
    readNumbers(cursor, row);
    readTimes(cursor, row);
    readStrings(cursor, row);
    row.tags = readTags(cursor);
    const length = enter(cursor);
    row.lexAt = cursor.at;
    cursor.at += length;
    yield row;
  }
}

interface Cursor {
  readonly bytes: Buffer;
  readonly view: DataView;
  at: number;
}

const COUNT_BYTES = 4;
const TYPE_BYTES = 4;
const LENGTH_BYTES = 4;
/** Of an array of one dimension: dimensions, whether there are nulls, type, length, lower bound. */
const ARRAY_HEAD_BYTES = 20;

// Steps to the bytes of the next column; returns how many there are, 0 where it is null: `isNull` tells the two apart.
function enter(cursor: Cursor): number {
  cursor.at += TYPE_BYTES + LENGTH_BYTES;
  return Math.max(0, cursor.view.getInt32(cursor.at - LENGTH_BYTES));
}

const isNull = ({ view, at }: Cursor): boolean => view.getInt32(at - LENGTH_BYTES) < 0;

// Null = 0.
function readInt(cursor: Cursor): number {
  const length = enter(cursor);
  const { view, at } = cursor;
  cursor.at += length;
  if (length === 2) return view.getInt16(at);
  return length === 4 ? view.getInt32(at) : 0;
}

function readNumbers(cursor: Cursor, row: RowRecord): void {
  const mid = enter(cursor);
  row.mid = readId(cursor.bytes, cursor.at);
  cursor.at += mid;
  row.version = readInt(cursor);
  row.layer = readInt(cursor);
  row.status = readInt(cursor);
  row.role = readInt(cursor);
  row.turn = readInt(cursor);
  const importance = enter(cursor);
  row.importance = cursor.view.getFloat32(cursor.at);
  cursor.at += importance;
}

function readTimes(cursor: Cursor, row: RowRecord): void {
  row.occurredAt = readTime(cursor);
  row.validFrom = readTime(cursor);
  row.validTo = readTime(cursor);
  row.createdAt = readTime(cursor);
  row.supersededAt = readTime(cursor);
  row.archivedAt = readTime(cursor);
  row.expiresAt = readTime(cursor);
}

/** The instant from which Postgres counts its microseconds. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const HALF = 2 ** 32;

// In two steps, so that a whole millisecond of any year stays whole.
function readTime(cursor: Cursor): number {
  const length = enter(cursor);
  if (length === 0) return Number.POSITIVE_INFINITY;
  const high = cursor.view.getInt32(cursor.at);
  const low = cursor.view.getUint32(cursor.at + 4);
  cursor.at += length;
  const thousands = Math.floor(high / 1_000);
  return thousands * HALF + ((high - thousands * 1_000) * HALF + low) / 1_000 + EPOCH_MS;
}

function readStrings(cursor: Cursor, row: RowRecord): void {
  row.session = readString(cursor);
  row.speaker = readString(cursor);
  row.source = readString(cursor);
  row.user = readString(cursor);
  row.agent = readString(cursor);
  row.document = readString(cursor);
  row.collection = readString(cursor);
}

function readString(cursor: Cursor): string | null {
  const length = enter(cursor);
  if (length === 0) return isNull(cursor) ? null : '';
  cursor.at += length;
  return cursor.bytes.toString('utf8', cursor.at - length, cursor.at);
}

// An empty array has no dimension, and so a shorter head.
function readTags(cursor: Cursor): string[] {
  const end = enter(cursor) + cursor.at;
  const tags: string[] = [];
  cursor.at += ARRAY_HEAD_BYTES;
  while (cursor.at < end) {
    const length = cursor.view.getInt32(cursor.at);
    cursor.at += LENGTH_BYTES + length;
    tags.push(cursor.bytes.toString('utf8', cursor.at - length, cursor.at));
  }
  cursor.at = end;
  return tags;
}

/** The id that stands at `at` as int8. Ids come from an identity column and stay below 2^53. */
export const readId = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 0x100000000 + bytes.readUInt32BE(at + 4);

const emptyRecord = (): RowRecord => ({
  mid: 0,
  version: 0,
  layer: 0,
  status: 0,
  role: 0,
  turn: 0,
  importance: 0,
  occurredAt: 0,
  validFrom: 0,
  validTo: 0,
  createdAt: 0,
  supersededAt: 0,
  archivedAt: 0,
  expiresAt: 0,
  session: null,
  speaker: null,
  source: null,
  user: null,
  agent: null,
  document: null,
  collection: null,
  tags: [],
  lexAt: 0,
});
