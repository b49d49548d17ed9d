import type { Transaction } from '@rae/kernel';
import { type IndexedLayer, LAYERS } from '../engine/codes.ts';

const LAYERS_SQL = {
  name: 'stats_layers',
  text: `select layer, (count(*) filter (where status = 1 and expires_at <= $3 is not true))::int as active,
      (count(*) filter (where created_at > $3::timestamptz - interval '24 hours'))::int as fresh
    from memory.memory where tenant_id = $1 and ($2::uuid is null or project_id = $2) group by layer`,
};
const TIMELINE = {
  name: 'stats_timeline',
  text: `with days as (
      select d::date as day from generate_series(($3::timestamptz at time zone $5)::date - ($4::int - 1), ($3::timestamptz at time zone $5)::date, interval '1 day') d),
    counts as (
      select (created_at at time zone $5)::date as day, count(*)::int as memories, (count(*) filter (where layer = ${LAYERS.REFLECTIVE}))::int as reflections
      from memory.memory where tenant_id = $1 and ($2::uuid is null or project_id = $2)
        and created_at >= (select min(day)::timestamp at time zone $5 from days) and created_at <= $3 group by 1)
    select to_char(day, 'YYYY-MM-DD') as day, coalesce(memories, 0) as memories, coalesce(reflections, 0) as reflections
    from days left join counts using (day) order by day`,
};
const PROJECTS = {
  name: 'stats_projects',
  text: `select project_id as "projectId", count(*)::int as count from memory.memory
    where tenant_id = $1 and ($2::uuid is null or project_id = $2) and status = 1 and expires_at <= $3 is not true
    group by project_id order by count desc, project_id limit $4`,
};
const UNEMBEDDED = {
  name: 'stats_unembedded',
  text: `select count(*)::int as count from memory.memory m
    where tenant_id = $1 and ($2::uuid is null or project_id = $2) and status = 1 and expires_at <= $3 is not true
      and not exists (select from memory.vector v
        where v.tenant_id = m.tenant_id and v.project_id = m.project_id and v.mid = m.mid and v.model = $4)`,
};

export interface LayerStats {
  readonly layer: IndexedLayer;
  /** Found by search and lists now. */
  readonly active: number;
  /** Stored within the last 24 hours, whatever became of them. */
  readonly fresh: number;
}

const isLayer = (name: string): name is IndexedLayer => name in LAYERS;

/** Numbers of every lasting layer, those without any included. Null projectId: all of the tenant's. */
export async function countLayers(tx: Transaction, projectId: string | null): Promise<LayerStats[]> {
  const rows = await tx.query<{ layer: number; active: number; fresh: number }>(LAYERS_SQL, [
    tx.caller.tenantId,
    projectId,
    tx.now,
  ]);
  return Object.keys(LAYERS)
    .filter(isLayer)
    .map((layer) => {
      const row = rows.find((candidate) => candidate.layer === LAYERS[layer]);
      return { layer, active: row?.active ?? 0, fresh: row?.fresh ?? 0 };
    });
}

export interface DayStats {
  /** YYYY-MM-DD in the zone that was asked for. */
  readonly day: string;
  readonly memories: number;
  readonly reflections: number;
}

/** What was stored on each of the last `days` days of a zone, today the last. */
export const countDays = (
  tx: Transaction,
  projectId: string | null,
  days: number,
  timeZone: string,
): Promise<DayStats[]> => tx.query<DayStats>(TIMELINE, [tx.caller.tenantId, projectId, tx.now, days, timeZone]);

/** The projects that hold most active memories, and how many. */
export const countProjects = (
  tx: Transaction,
  projectId: string | null,
  first: number,
): Promise<{ projectId: string; count: number }[]> =>
  tx.query(PROJECTS, [tx.caller.tenantId, projectId, tx.now, first]);

/** Active memories without a vector of the model. */
export async function countUnembedded(tx: Transaction, projectId: string | null, model: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(UNEMBEDDED, [tx.caller.tenantId, projectId, tx.now, model]);
  return row?.count ?? 0;
}
