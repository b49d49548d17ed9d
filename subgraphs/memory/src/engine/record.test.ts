import { PGlite } from '@electric-sql/pglite';
import { dataDir } from '@electric-sql/pglite-prepopulatedfs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { packLex } from './lex.ts';
import { packId, packRecord, packVector, type RecordInput } from './pack-record.ts';
import { goneRecordSql, readRecords, recordSql, vectorRecordSql } from './record.ts';

let database: PGlite;

beforeAll(async () => {
  database = await PGlite.create({ loadDataDir: await dataDir() });
  await database.exec(`create temporary table memory (mid bigint, session_id text, turn int, layer smallint, status smallint,
    role smallint, speaker text, source text, tags text[], user_id text, agent_id text, document_id uuid, collection text,
    importance real, occurred_at timestamptz, valid_from timestamptz, valid_to timestamptz, created_at timestamptz,
    superseded_at timestamptz, archived_at timestamptz, expires_at timestamptz, lex bytea, version int)`);
});
afterAll(() => database.close());

const instant = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());

async function packedBySql(row: RecordInput): Promise<Buffer> {
  await database.exec('delete from memory');
  await database.query(
    `insert into memory values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`,
    [
      row.mid,
      row.session ?? null,
      row.turn ?? 0,
      row.layer ?? 1,
      row.status ?? 1,
      row.role === undefined || row.role === 0 ? null : row.role,
      row.speaker ?? null,
      row.source ?? null,
      row.tags ?? [],
      row.user ?? null,
      row.agent ?? null,
      row.document ?? null,
      row.collection ?? null,
      row.importance ?? 0.5,
      instant(row.occurredAt ?? 0),
      instant(row.validFrom ?? 0),
      instant(row.validTo),
      instant(row.createdAt ?? 0),
      instant(row.supersededAt),
      instant(row.archivedAt),
      instant(row.expiresAt),
      row.lex,
      row.version ?? 1,
    ],
  );
  const { rows } = await database.query<{ pack: Uint8Array }>(`select ${recordSql('m')} as pack from memory m`);
  return Buffer.from(rows[0]?.pack ?? []);
}

const FULL: RecordInput = {
  mid: 9_007_199_254_740_991,
  lex: packLex('Łukasz: Kiedy wrócisz?', 'Łukasz'),
  version: 2_000_000_000,
  layer: 4,
  status: 3,
  role: 2,
  turn: 70_000,
  importance: 0.7,
  occurredAt: 1_683_554_160_123,
  validFrom: -62_135_596_800_000,
  validTo: 4_102_444_800_001,
  createdAt: 1_700_000_000_999,
  supersededAt: 1_700_000_001_000,
  archivedAt: 1_700_000_001_001,
  expiresAt: 1_700_000_001_002,
  session: 'sesja "ąę" 😀',
  speaker: 'Łukasz',
  source: '',
  user: 'x'.repeat(256),
  agent: 'agent',
  document: '019aa000-0000-7000-8000-000000000001',
  collection: 'default',
  tags: ['a', 'ż,"{}\\', '', 'null'],
};

test('Postgres packs a row with every column, and one with none that may be null, into the bytes of packRecord', async () => {
  const least: RecordInput = { mid: 1, lex: packLex('') };
  expect(await packedBySql(FULL)).toEqual(packRecord(FULL));
  expect(await packedBySql(least)).toEqual(packRecord(least));
});

test('what is packed is read back, records one after another', () => {
  const least = { mid: 2, lex: packLex('hi') };
  const read: number[] = [];
  for (const { mid } of readRecords(Buffer.concat([packRecord(FULL), packRecord(least)]))) read.push(mid);
  expect(read).toEqual([FULL.mid, 2]);
  const [row] = readRecords(packRecord(FULL));
  const { lex: _lex, ...columns } = FULL;
  expect(row).toMatchObject({ ...columns, importance: Math.fround(0.7) });
  const [bare] = readRecords(packRecord(least));
  expect(bare).toMatchObject({
    validTo: Infinity,
    supersededAt: Infinity,
    archivedAt: Infinity,
    expiresAt: Infinity,
    session: null,
    tags: [],
  });
});

test('Postgres packs vectors and erased ids as packVector and packId do', async () => {
  const { rows } = await database.query<{ vector: Uint8Array; gone: Uint8Array }>(
    `select ${vectorRecordSql('v')} as vector, ${goneRecordSql('v')} as gone
     from (select 77::bigint as mid, '\\x00ff7f80'::bytea as q) v`,
  );
  expect(Buffer.from(rows[0]?.vector ?? [])).toEqual(packVector(77, Buffer.from('00ff7f80', 'hex')));
  expect(Buffer.from(rows[0]?.gone ?? [])).toEqual(packId(77));
});
