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

const TEXT_OID = 25;

/** The bytes that `recordSql` gives for a row, made in this process: for tests and measurements without a database. */
export function packRecord(row: RecordInput): Buffer {
  const fixed = Buffer.alloc(82);
  fixed.writeBigInt64BE(BigInt(row.mid), 0);
  fixed.writeInt32BE(row.version ?? 1, 8);
  fixed.writeInt16BE(row.layer ?? 1, 12);
  fixed.writeInt16BE(row.status ?? 1, 14);
  fixed.writeInt16BE(row.role ?? 0, 16);
  fixed.writeInt32BE(row.turn ?? 0, 18);
  fixed.writeFloatBE(row.importance ?? 0.5, 22);
  const times = [
    row.occurredAt ?? 0,
    row.validFrom ?? 0,
    row.validTo,
    row.createdAt ?? 0,
    row.supersededAt,
    row.archivedAt,
    row.expiresAt,
  ];
  times.forEach((time, i) => {
    fixed.writeDoubleBE(time ?? Number.POSITIVE_INFINITY, 26 + 8 * i);
  });
  const strings = [row.session, row.speaker, row.source, row.user, row.agent, row.document, row.collection];
  return Buffer.concat([fixed, ...strings.map(packString), sized(packTags(row.tags ?? [])), sized(row.lex)]);
}

/** The bytes that `vectorRecordSql` gives. */
export function packVector(mid: number, q: Buffer): Buffer {
  return Buffer.concat([packId(mid), q]);
}

/** The bytes that `goneRecordSql` gives. */
export function packId(mid: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(mid), 0);
  return bytes;
}

const packString = (value: string | null | undefined): Buffer =>
  value === null || value === undefined ? int4(-1) : sized(Buffer.from(value, 'utf8'));

const sized = (bytes: Buffer): Buffer => Buffer.concat([int4(bytes.length), bytes]);

function packTags(tags: readonly string[]): Buffer {
  if (tags.length === 0) return Buffer.concat([int4(0), int4(0), int4(TEXT_OID)]);
  const head = [int4(1), int4(0), int4(TEXT_OID), int4(tags.length), int4(1)];
  return Buffer.concat([...head, ...tags.map((tag) => sized(Buffer.from(tag, 'utf8')))]);
}

function int4(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
