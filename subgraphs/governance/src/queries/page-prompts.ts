import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import { PROMPT_COLUMNS, type Prompt } from './prompt-rows.ts';

/** $1 tenant; $2 project, whose own prompts and the tenant's are given; null: all. */
const FILTER = 'tenant_id = $1 and ($2::uuid is null or project_id is null or project_id = $2)';
const PAGE = {
  name: 'prompts_page',
  text: `select ${PROMPT_COLUMNS} from platform.prompts
    where ${FILTER} and ($3::text is null or (name, id) > ($3, $4::uuid)) order by name, id limit $5`,
};
const COUNT = {
  name: 'prompts_count',
  text: `select count(*)::int as count from (select from platform.prompts where ${FILTER} limit ${MAX_COUNT + 1}) counted`,
};

/** At most `limit` prompts after the position [name, id], by name; null: from the start. */
export const pagePrompts = (
  tx: Transaction,
  projectId: string | null,
  after: Position | null,
  limit: number,
): Promise<Prompt[]> => tx.query(PAGE, [tx.caller.tenantId, projectId, after?.[0], after?.[1], limit]);

/** How many there are, up to MAX_COUNT + 1. */
export const countPrompts = (tx: Transaction, projectId: string | null): Promise<number> =>
  countRows(tx, COUNT, [tx.caller.tenantId, projectId]);
