import { countRows, MAX_COUNT, type Position, type Transaction } from '@rae/kernel';
import type { Binding } from '../binding.ts';
import { API_KEY_COLUMNS, type ApiKey } from './find-api-keys.ts';

/** $1 tenant, $2..$4 binding (null: any), $5 revoked ones as well. */
const FILTER = `tenant_id = $1 and ($2::uuid is null or project_id = $2) and ($3::text is null or agent_id = $3)
  and ($4::text is null or user_id = $4) and ($5 or revoked_at is null)`;
const PAGE = {
  name: 'api_keys_page',
  text: `select ${API_KEY_COLUMNS} from platform.api_keys
    where ${FILTER} and ($6::timestamptz is null or (created_at, id) > ($6, $7::uuid))
    order by created_at, id limit $8`,
};
const COUNT = {
  name: 'api_keys_count',
  text: `select count(*)::int as count from (select from platform.api_keys where ${FILTER} limit ${MAX_COUNT + 1}) counted`,
};

export interface ApiKeyFilter extends Binding {
  readonly tenantId: string;
  readonly includeRevoked: boolean;
}

const valuesOf = ({ tenantId, projectId, agentId, userId, includeRevoked }: ApiKeyFilter) => [
  tenantId,
  projectId,
  agentId,
  userId,
  includeRevoked,
];

/** At most `limit` keys after the position [createdAt, id], oldest first; null: from the start. */
export const pageApiKeys = (
  tx: Transaction,
  filter: ApiKeyFilter,
  after: Position | null,
  limit: number,
): Promise<ApiKey[]> => tx.query(PAGE, [...valuesOf(filter), after?.[0], after?.[1], limit]);

/** How many there are, up to MAX_COUNT + 1. */
export const countApiKeys = (tx: Transaction, filter: ApiKeyFilter): Promise<number> =>
  countRows(tx, COUNT, valuesOf(filter));
