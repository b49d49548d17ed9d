import type { Transaction } from '@rae/kernel';
import { type PromptVersion, VERSION_COLUMNS } from './prompt-rows.ts';

const NEWEST = {
  name: 'prompt_versions_newest',
  text: `select ${VERSION_COLUMNS} from platform.prompt_versions where tenant_id = $1 and prompt_id = $2
    order by version desc limit $3`,
};
const ONE = {
  name: 'prompt_version_one',
  text: `select ${VERSION_COLUMNS} from platform.prompt_versions where tenant_id = $1 and prompt_id = $2 and version = $3`,
};
const IN_PRODUCTION = {
  name: 'prompt_versions_production',
  text: `select ${VERSION_COLUMNS} from platform.prompt_versions
    where tenant_id = $1 and prompt_id = any($2::uuid[]) and status = 'PRODUCTION'`,
};

/** Newest first. */
export const findNewestVersions = (tx: Transaction, promptId: string, first: number): Promise<PromptVersion[]> =>
  tx.query(NEWEST, [tx.caller.tenantId, promptId, first]);

export async function findVersion(tx: Transaction, promptId: string, version: number): Promise<PromptVersion | null> {
  const [found] = await tx.query<PromptVersion>(ONE, [tx.caller.tenantId, promptId, version]);
  return found ?? null;
}

/** The production version of each of these prompts that has one. */
export const findProduction = (tx: Transaction, promptIds: readonly string[]): Promise<PromptVersion[]> =>
  tx.query(IN_PRODUCTION, [tx.caller.tenantId, promptIds]);
