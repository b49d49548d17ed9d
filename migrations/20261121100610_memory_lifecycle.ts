import { migration, tenantWall } from './sql.ts';

export const MemoryLifecycle = migration(
  [
    // Beside the memory: a use must not make every search index read the row again.
    `create table memory.usage (
      tenant_id uuid not null,
      memory_id uuid not null,
      uses int not null,
      used_at timestamptz not null,
      primary key (tenant_id, memory_id))`,
    `create table memory.settings (
      tenant_id uuid not null,
      project_id uuid not null,
      secret_policy text not null check (secret_policy in ('OFF', 'FLAG', 'MASK', 'REJECT')),
      personal_data_policy text not null check (personal_data_policy in ('OFF', 'FLAG', 'MASK', 'REJECT')),
      retention jsonb not null,
      primary key (tenant_id, project_id))`,
    `create table memory.feedback (
      tenant_id uuid not null,
      id uuid not null,
      project_id uuid not null,
      memory_id uuid,
      answer_id uuid,
      score real not null check (score between -1 and 1),
      relevant uuid[] not null,
      comment text,
      actor text not null,
      at timestamptz not null,
      primary key (tenant_id, id))`,
    'create index feedback_memory on memory.feedback (tenant_id, memory_id) where memory_id is not null',
    // The day on which a tenant's memories were last decayed: a night's run happens once, whoever starts it.
    `create table memory.upkeep (
      tenant_id uuid primary key,
      decayed_on date not null)`,
    ...['usage', 'settings', 'feedback', 'upkeep'].flatMap((table) => tenantWall(`memory.${table}`)),
    'grant select, insert, update, delete on memory.usage, memory.feedback to rae_app',
    'grant select, insert, update on memory.settings, memory.upkeep to rae_app',
  ],
  ['drop table memory.upkeep', 'drop table memory.feedback', 'drop table memory.settings', 'drop table memory.usage'],
);
