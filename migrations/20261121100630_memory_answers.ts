import { migration, tenantWall } from './sql.ts';

/** An answer whose process died is over when its lease is; readers see that at once, this writes it down. */
const endLost = `create function memory.end_lost_answers() returns int language sql security definer set search_path = pg_catalog as $$
  with lost as (
    update memory.answer set status = 'FAILED', lease_token = null, finished_at = lease_until
    where status = 'RUNNING' and lease_until < now() returning 1)
  select count(*)::int from lost $$`;

/** Frames are heard again for 10 minutes after the end. */
const pruneFrames = `create function memory.prune_answer_frames(most int) returns int language sql security definer set search_path = pg_catalog as $$
  with pruned as (
    delete from memory.answer_frames where ctid in (
      select f.ctid from memory.answer_frames f join memory.answer a on a.tenant_id = f.tenant_id and a.id = f.answer_id
      where a.finished_at < now() - interval '10 minutes' limit most) returning 1)
  select count(*)::int from pruned $$`;

/** What old answers were drawn from is forgotten, and that they may be given again; the answers stay. */
const pruneSearches = `create function memory.prune_answer_searches(days int, most int) returns int language sql security definer set search_path = pg_catalog as $$
  with pruned as (
    update memory.answer set search = null where ctid in (
      select ctid from memory.answer where search is not null and created_at < now() - make_interval(days => days) limit most) returning 1),
  meanings as (
    delete from memory.answer_meaning where ctid in (
      select ctid from memory.answer_meaning where created_at < now() - make_interval(days => days) limit most))
  select count(*)::int from pruned $$`;

const pruneRuns = `create function memory.prune_runs(most int) returns int language sql security definer set search_path = pg_catalog as $$
  with pruned as (
    delete from memory.run where ctid in (
      select ctid from memory.run where created_at < now() - interval '2 days' limit most) returning 1)
  select count(*)::int from pruned $$`;

const FUNCTIONS = [
  'prune_runs(int)',
  'end_lost_answers()',
  'prune_answer_frames(int)',
  'prune_answer_searches(int, int)',
];

export const MemoryAnswers = migration(
  [
    `create table memory.answer (
      tenant_id uuid not null,
      id uuid not null,
      project_id uuid not null,
      question text not null,
      status text not null check (status in ('RUNNING', 'ANSWERED', 'NOTHING_FOUND', 'CANCELLED', 'FAILED')),
      text text not null default '',
      citations jsonb not null default '[]',
      groundedness real not null default 0,
      search jsonb,
      model text not null default 'extractive',
      degraded jsonb not null default '[]',
      user_id text,
      agent_id text,
      session_id text,
      ttft_ms real,
      took_ms real,
      trace_id text,
      error jsonb,
      frames int not null default 0,
      lease_token uuid,
      lease_until timestamptz,
      created_at timestamptz not null,
      finished_at timestamptz,
      primary key (tenant_id, id))`,
    'create index answer_project on memory.answer (tenant_id, project_id, created_at, id)',
    'create index answer_tenant on memory.answer (tenant_id, created_at, id)',
    `create index answer_running on memory.answer (lease_until) where status = 'RUNNING'`,
    'create index answer_searched on memory.answer (created_at) where search is not null',
    `create table memory.answer_frames (
      tenant_id uuid not null,
      answer_id uuid not null,
      seq int not null,
      kind text not null check (kind in ('RETRIEVED', 'DELTA', 'COMPLETED')),
      text text not null default '',
      primary key (tenant_id, answer_id, seq))`,
    // Whose content an answer may hold: erasing a memory erases these answers.
    `create table memory.answer_source (
      tenant_id uuid not null,
      memory_id uuid not null,
      answer_id uuid not null,
      primary key (tenant_id, memory_id, answer_id))`,
    'create index answer_source_answer on memory.answer_source (tenant_id, answer_id)',
    // By which an answer that a model wrote is given again: `asked` is a hash of everything but the question.
    `create table memory.answer_meaning (
      tenant_id uuid not null,
      answer_id uuid not null,
      project_id uuid not null,
      asked text not null,
      vector bytea not null,
      cited jsonb not null,
      created_at timestamptz not null,
      primary key (tenant_id, answer_id),
      foreign key (tenant_id, answer_id) references memory.answer on delete cascade)`,
    'create index answer_meaning_asked on memory.answer_meaning (tenant_id, project_id, asked, created_at)',
    'create index answer_meaning_created on memory.answer_meaning (created_at)',
    // What a reflection or a merged memory was drawn from: written with it, so that there is no cycle.
    `create table memory.source (
      tenant_id uuid not null,
      memory_id uuid not null,
      source_id uuid not null,
      place int not null,
      check (memory_id <> source_id),
      primary key (tenant_id, memory_id, source_id))`,
    'create index source_of on memory.source (tenant_id, source_id)',
    // Work that spends: claimed before it begins, so that two equal calls never pay twice; kept as long as keys are.
    `create table memory.run (
      tenant_id uuid not null,
      id uuid not null,
      result jsonb,
      lease_token uuid,
      lease_until timestamptz,
      created_at timestamptz not null default now(),
      primary key (tenant_id, id))`,
    'create index run_created on memory.run (created_at)',
    `create table memory.evaluation (
      tenant_id uuid not null,
      id uuid not null,
      project_id uuid not null,
      dataset text not null,
      cases int not null,
      recall_at_5 float8 not null,
      recall_at_10 float8 not null,
      recall_at_20 float8 not null,
      mrr float8 not null,
      ndcg_at_10 float8 not null,
      latency_p50_ms float8 not null,
      latency_p95_ms float8 not null,
      settings jsonb not null,
      results jsonb not null,
      created_at timestamptz not null,
      primary key (tenant_id, id))`,
    'create index evaluation_project on memory.evaluation (tenant_id, project_id, created_at, id)',
    'create index evaluation_tenant on memory.evaluation (tenant_id, created_at, id)',
    ...['answer', 'answer_frames', 'answer_source', 'answer_meaning', 'source', 'run', 'evaluation'].flatMap((table) =>
      tenantWall(`memory.${table}`),
    ),
    'grant select, insert, update, delete on memory.answer, memory.answer_frames, memory.answer_source to rae_app',
    'grant select, insert, delete on memory.source, memory.evaluation to rae_app',
    'grant select, insert on memory.answer_meaning to rae_app',
    'grant select, insert, update on memory.run to rae_app',
    'create policy owner_prunes on memory.run to rae_owner using (true)',
    'create policy owner_prunes on memory.answer to rae_owner using (true)',
    'create policy owner_prunes on memory.answer_meaning to rae_owner using (true)',
    'create policy owner_prunes on memory.answer_frames to rae_owner using (true)',
    endLost,
    pruneFrames,
    pruneSearches,
    pruneRuns,
    ...FUNCTIONS.flatMap((name) => [
      `revoke execute on function memory.${name} from public`,
      `grant execute on function memory.${name} to rae_worker`,
    ]),
  ],
  [
    ...FUNCTIONS.map((name) => `drop function memory.${name}`),
    'drop table memory.evaluation',
    'drop table memory.run',
    'drop table memory.source',
    'drop table memory.answer_meaning',
    'drop table memory.answer_source',
    'drop table memory.answer_frames',
    'drop table memory.answer',
  ],
);
