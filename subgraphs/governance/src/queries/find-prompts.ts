import type { Transaction } from '@rae/kernel';
import { PROMPT_COLUMNS, type Prompt } from './prompt-rows.ts';

const BY_ID = {
  name: 'prompts_by_id',
  text: `select ${PROMPT_COLUMNS} from platform.prompts where tenant_id = $1 and id = any($2::uuid[])`,
};
const BY_NAME = {
  name: 'prompt_by_name',
  text: `select ${PROMPT_COLUMNS} from platform.prompts where tenant_id = $1 and name = $2 and (project_id is null or project_id = $3)
    order by project_id nulls last limit 1`,
};
const LOCK = {
  name: 'prompt_lock',
  text: `select ${PROMPT_COLUMNS} from platform.prompts where tenant_id = $1 and id = $2 for update`,
};

/** Prompts of the caller's tenant by id. */
export const findPrompts = (tx: Transaction, ids: readonly string[]): Promise<Prompt[]> =>
  tx.query(BY_ID, [tx.caller.tenantId, ids]);

/** The project's prompt of this name, or else the tenant's; null: there is none. */
export async function findPromptByName(
  tx: Transaction,
  name: string,
  projectId: string | null,
): Promise<Prompt | null> {
  const [prompt] = await tx.query<Prompt>(BY_NAME, [tx.caller.tenantId, name, projectId]);
  return prompt ?? null;
}

/** A prompt, locked until the commit, so that its versions are numbered and rolled out one after another. */
export async function lockPrompt(tx: Transaction, id: string): Promise<Prompt | null> {
  const [prompt] = await tx.query<Prompt>(LOCK, [tx.caller.tenantId, id]);
  return prompt ?? null;
}
