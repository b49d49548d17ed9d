import { STATUSES } from '../engine/codes.ts';

const code = (name: string) =>
  `(case ${name} ${Object.entries(STATUSES)
    .map(([status, number]) => `when '${status}' then ${number}`)
    .join(' ')} end)::smallint`;

const was = (key: string, then: string, now: string): string =>
  `case when w.was ? '${key}' then ${then} else m.${now} end as ${now}`;
const text = (key: string): string => `(w.was ->> '${key}')`;

/**
 * A tenant's memories as they stood at an instant, in the place of memory.memory: those written by then, each with the
 * values that it had. What was changed since is taken back by its history, newest change first; what was erased is not
 * there. Strength and uses are not kept in the history.
 *
 * @param asOf the place of the parameter that holds the instant; $1 is the tenant
 */
export const memoryThenSql = (asOf: string): string => `(select m.tenant_id, m.mid, m.id, m.project_id, m.layer,
    ${was('status', code(text('status')), 'status')}, m.content, m.role, m.speaker, m.source,
    ${was('tags', `array(select jsonb_array_elements_text(w.was -> 'tags'))`, 'tags')},
    ${was('metadata', `w.was -> 'metadata'`, 'metadata')}, m.user_id, m.agent_id, m.session_id,
    ${was('importance', `${text('importance')}::real`, 'importance')}, m.occurred_at, m.valid_from,
    ${was('validTo', `${text('validTo')}::timestamptz`, 'valid_to')}, m.created_at,
    ${was('supersededAt', `${text('supersededAt')}::timestamptz`, 'superseded_at')},
    ${was('supersededBy', `${text('supersededBy')}::uuid`, 'superseded_by')},
    ${was('archivedAt', `${text('archivedAt')}::timestamptz`, 'archived_at')},
    ${was('expiresAt', `${text('expiresAt')}::timestamptz`, 'expires_at')},
    m.summary, m.detected_pii, m.masked_pii, m.document_id, m.collection, m.chunk_index, m.section, m.page, m.version
  from memory.memory m left join lateral (
    select jsonb_object_agg(e.key, e.value order by r.version desc) as was from memory.revision r, jsonb_each(r.before) e
    where r.tenant_id = m.tenant_id and r.memory_id = m.id and r.at > ${asOf}) w on m.version > 1
  where m.tenant_id = $1 and m.created_at <= ${asOf})`;
