import { type Transaction, uuidv7 } from '@rae/kernel';
import { PROMPT_COLUMNS, type Prompt } from './prompt-rows.ts';

/** `do update` of nothing: it locks the row that is there, and gives it. */
const ENSURE = {
  name: 'prompt_ensure',
  text: `insert into platform.prompts (tenant_id, id, project_id, name, created_at) values ($1, $2, $3, $4, $5)
    on conflict (tenant_id, project_id, name) do update set name = excluded.name returning ${PROMPT_COLUMNS}`,
};

/** The prompt of exactly this project (null: the tenant) and name, made where there is none, and locked until the commit. */
export async function ensurePrompt(tx: Transaction, projectId: string | null, name: string): Promise<Prompt> {
  const values = [tx.caller.tenantId, uuidv7(tx.now.getTime()), projectId, name, tx.now];
  const [prompt] = await tx.query<Prompt>(ENSURE, values);
  if (!prompt) throw new Error('the prompt was not written');
  return prompt;
}
