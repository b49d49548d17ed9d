import { migration } from './sql.ts';

/**
 * What the ledger and the log may forget although they are append-only: words of the caller's own. Amounts, ids and the hash
 * of the words stay, so that the chain still holds. Both work on the tenant of the transaction alone.
 */
const forgetLabels = `create function platform.forget_ledger_labels(subjects text[], person text, agent text, session text, until timestamptz)
  returns int language sql security definer set search_path = pg_catalog as $$
  with forgotten as (
    update platform.ledger set tags = '{}', metadata = '{}'
      where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and (tags <> '{}' or metadata <> '{}')
        and (subject_id = any(subjects)
          or (num_nonnulls(person, agent, session) > 0 and created_at <= until and (person is null or user_id = person)
            and (agent is null or agent_id = agent) and (session is null or session_id = session)))
      returning 1)
  select count(*)::int from forgotten $$`;

/** Tags of the events about what was taken away for good. */
const forgetTags = `create function platform.forget_event_tags(subjects text[]) returns int language sql security definer set search_path = pg_catalog as $$
  with forgotten as (
    update platform.events set tags = '{}'
      where tenant_id = nullif(current_setting('app.tenant', true), '')::uuid and tags <> '{}' and subject = any(subjects)
      returning 1)
  select count(*)::int from forgotten $$`;

const FUNCTIONS = 'platform.forget_ledger_labels, platform.forget_event_tags';

export const PlatformForget = migration(
  [
    'create policy owner_forgets on platform.ledger to rae_owner using (true) with check (true)',
    'create policy owner_forgets on platform.events to rae_owner using (true) with check (true)',
    forgetLabels,
    "create index events_tagged on platform.events (tenant_id, subject) where tags <> '{}'",
    forgetTags,
    `revoke execute on function ${FUNCTIONS} from public`,
    `grant execute on function ${FUNCTIONS} to rae_app`,
  ],
  [
    `drop function ${FUNCTIONS}`,
    'drop index platform.events_tagged',
    'drop policy owner_forgets on platform.events',
    'drop policy owner_forgets on platform.ledger',
  ],
);
