/*
 * How Postgres packs a row for the index: big-endian, as the *send functions write.
 *   int8 mid, int4 version, int2 layer, int2 status, int2 role (0 = null), int4 turn, float4 importance,
 *   7 × float8 epoch milliseconds: occurred, valid from, valid to, created, superseded, archived, expires (Infinity = null),
 *   7 × string: session, speaker, source, user, agent, document, collection (int4 bytes, -1 = null, then UTF-8),
 *   int4 bytes and array_send(tags), int4 bytes and lex.
 * One bytea of thousands of records is one value for the driver to parse.
 */
const STRINGS = ['session_id', 'speaker', 'source', 'user_id', 'agent_id', 'document_id::text', 'collection'] as const;
const TIMES = [
  'occurred_at',
  'valid_from',
  'valid_to',
  'created_at',
  'superseded_at',
  'archived_at',
  'expires_at',
] as const;
const FIXED_BYTES = 82;

/**
 * SQL that packs one row of memory.memory, known as `alias`, into one bytea. Join many with
 * `string_agg(…, ''::bytea ORDER BY mid)`; any order is right.
 *
 * Times are multiplied as numeric, so that a whole millisecond stays whole.
 */
export function recordSql(alias: string): string {
  const string = (column: string) =>
    `coalesce(int4send(octet_length(${alias}.${column})) || convert_to(${alias}.${column}, 'UTF8'), int4send(-1))`;
  const time = (column: string) =>
    `float8send(coalesce((extract(epoch from ${alias}.${column}) * 1000)::float8, 'infinity'))`;
  return [
    `int8send(${alias}.mid)`,
    `int4send(${alias}.version)`,
    `int2send(${alias}.layer)`,
    `int2send(${alias}.status)`,
    `int2send(coalesce(${alias}.role, 0::int2))`,
    `int4send(coalesce(${alias}.turn, 0))`,
    `float4send(${alias}.importance)`,
    ...TIMES.map(time),
    ...STRINGS.map(string),
    `int4send(octet_length(array_send(${alias}.tags))) || array_send(${alias}.tags)`,
    `int4send(octet_length(${alias}.lex)) || ${alias}.lex`,
  ].join(' || ');
}

/** SQL that packs one row of memory.vector: int8 mid, then the int8 numbers of `q`. All rows of a pack are of one model. */
export const vectorRecordSql = (alias: string): string => `int8send(${alias}.mid) || ${alias}.q`;

/** SQL that packs the id alone of one row of memory.vector. */
export const vectorIdSql = (alias: string): string => `int8send(${alias}.mid)`;

/** SQL that packs one row of memory.gone: int8 mid. */
export const goneRecordSql = (alias: string): string => `int8send(${alias}.mid)`;

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
  const cursor = { bytes: pack, at: 0 };
  const row = emptyRecord();
  while (cursor.at < pack.length) {
    readFixed(cursor, row);
    readStrings(cursor, row);
    row.tags = readTags(cursor);
    row.lexAt = cursor.at + 4;
    cursor.at = row.lexAt + pack.readInt32BE(cursor.at);
    yield row;
  }
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
}

function readFixed(cursor: Cursor, row: RowRecord): void {
  const { bytes, at } = cursor;
  row.mid = readId(bytes, at);
  row.version = bytes.readInt32BE(at + 8);
  row.layer = bytes.readInt16BE(at + 12);
  row.status = bytes.readInt16BE(at + 14);
  row.role = bytes.readInt16BE(at + 16);
  row.turn = bytes.readInt32BE(at + 18);
  row.importance = bytes.readFloatBE(at + 22);
  row.occurredAt = bytes.readDoubleBE(at + 26);
  row.validFrom = bytes.readDoubleBE(at + 34);
  row.validTo = bytes.readDoubleBE(at + 42);
  row.createdAt = bytes.readDoubleBE(at + 50);
  row.supersededAt = bytes.readDoubleBE(at + 58);
  row.archivedAt = bytes.readDoubleBE(at + 66);
  row.expiresAt = bytes.readDoubleBE(at + 74);
  cursor.at = at + FIXED_BYTES;
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
  const length = cursor.bytes.readInt32BE(cursor.at);
  cursor.at += 4;
  if (length < 0) return null;
  cursor.at += length;
  return cursor.bytes.toString('utf8', cursor.at - length, cursor.at);
}

// array_send: int4 dimensions (0 when empty), int4 has nulls, int4 element type, then int4 length and int4 lower bound.
function readTags(cursor: Cursor): string[] {
  const end = cursor.at + 4 + cursor.bytes.readInt32BE(cursor.at);
  const tags: string[] = [];
  if (cursor.bytes.readInt32BE(cursor.at + 4) > 0) {
    cursor.at += 24;
    while (cursor.at < end) {
      const tag = readString(cursor);
      if (tag !== null) tags.push(tag);
    }
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
