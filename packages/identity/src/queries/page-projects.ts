import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import { PROJECT_COLUMNS, type Project } from './find-projects.ts';

/** $1: the tenant; $2: the only project, or null for all. */
const FILTER = 'tenant_id = $1 and ($2::uuid is null or id = $2)';
const PAGE = {
  name: 'projects_page',
  text: `select ${PROJECT_COLUMNS} from platform.projects
    where ${FILTER} and ($3::timestamptz is null or (created_at, id) > ($3, $4::uuid))
    order by created_at, id limit $5`,
};
const COUNT = {
  name: 'projects_count',
  text: `select count(*)::int as count from (select from platform.projects where ${FILTER} limit ${MAX_COUNT + 1}) counted`,
};

export interface ProjectFilter {
  readonly tenantId: string;
  /** The only project to list; null: all. */
  readonly projectId: string | null;
}

/** At most `limit` projects after the position [createdAt, id], oldest first; null: from the start. */
export const pageProjects = (
  tx: Transaction,
  { tenantId, projectId }: ProjectFilter,
  after: Position | null,
  limit: number,
): Promise<Project[]> => tx.query(PAGE, [tenantId, projectId, after?.[0], after?.[1], limit]);

/** How many there are, up to MAX_COUNT + 1. */
export const countProjects = (tx: Transaction, { tenantId, projectId }: ProjectFilter): Promise<number> =>
  countRows(tx, COUNT, [tenantId, projectId]);
