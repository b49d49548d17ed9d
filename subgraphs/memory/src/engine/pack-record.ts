/** What a row of memory.memory holds, for `packRecord`. Left out = null; times in epoch milliseconds. */
export interface RecordInput {
  readonly mid: number;
  readonly lex: Buffer;
  readonly version?: number;
  readonly layer?: number;
  readonly status?: number;
  readonly role?: number;
  readonly turn?: number;
  readonly importance?: number;
  readonly occurredAt?: number;
  readonly validFrom?: number;
  readonly validTo?: number;
  readonly createdAt?: number;
  readonly supersededAt?: number;
  readonly archivedAt?: number;
  readonly expiresAt?: number;
  readonly session?: string | null;
  readonly speaker?: string | null;
  readonly source?: string | null;
  readonly user?: string | null;
  readonly agent?: string | null;
  readonly document?: string | null;
  readonly collection?: string | null;
  readonly tags?: readonly string[];
}

/** Numbers of Postgres's types. */
const TYPES = {
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float4: 700,
  texts: 1009,
  timestamptz: 1184,
} as const;
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);

/** The bytes that `recordSql` gives for a row, made in this process: for tests and measurements without a database. */
export function packRecord(row: RecordInput): Buffer {
  const { occurredAt = 0, validFrom = 0, validTo, createdAt = 0, supersededAt, archivedAt, expiresAt } = row;
  const times = [occurredAt, validFrom, validTo, createdAt, supersededAt, archivedAt, expiresAt];
  const { session, speaker, source, user, agent, document, collection } = row;
  const strings = [session, speaker, source, user, agent, document, collection];
  const columns = [
    packColumn(TYPES.int8, packId(row.mid)),
    packColumn(TYPES.int4, int4(row.version ?? 1)),
    packColumn(TYPES.int2, int2(row.layer ?? 1)),
    packColumn(TYPES.int2, int2(row.status ?? 1)),
    packColumn(TYPES.int2, row.role ? int2(row.role) : null),
    packColumn(TYPES.int4, int4(row.turn ?? 0)),
    packColumn(TYPES.float4, float4(row.importance ?? 0.5)),
    ...times.map((time) => packColumn(TYPES.timestamptz, time === undefined ? null : packTime(time))),
    ...strings.map((text) => packColumn(TYPES.text, text === null || text === undefined ? null : Buffer.from(text))),
    packColumn(TYPES.texts, packTags(row.tags ?? [])),
    packColumn(TYPES.bytea, row.lex),
  ];
  return Buffer.concat([int4(columns.length), ...columns]);
}

/** The bytes that `vectorRecordSql` gives. */
export function packVector(mid: number, q: Buffer): Buffer {
  return Buffer.concat([packId(mid), q]);
}

/** The bytes that `goneRecordSql` gives. */
export const packId = (mid: number): Buffer => packInt8(BigInt(mid));

const packColumn = (type: number, bytes: Buffer | null): Buffer =>
  Buffer.concat([int4(type), bytes ? sized(bytes) : int4(-1)]);

const packTime = (time: number): Buffer => packInt8(BigInt(time - POSTGRES_EPOCH_MS) * 1_000n);

const sized = (bytes: Buffer): Buffer => Buffer.concat([int4(bytes.length), bytes]);

function packTags(tags: readonly string[]): Buffer {
  if (tags.length === 0) return Buffer.concat([int4(0), int4(0), int4(TYPES.text)]);
  const head = [int4(1), int4(0), int4(TYPES.text), int4(tags.length), int4(1)];
  return Buffer.concat([...head, ...tags.map((tag) => sized(Buffer.from(tag, 'utf8')))]);
}

function packInt8(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int2(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function float4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return bytes;
}
