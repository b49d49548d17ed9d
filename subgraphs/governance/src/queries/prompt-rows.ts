import type { JsonValue } from '@rae/kernel';
import type { PromptStatus } from '../domain/prompt-status.ts';

/** projectId null: of the tenant as a whole. */
export interface Prompt {
  readonly id: string;
  readonly projectId: string | null;
  readonly name: string;
  readonly createdAt: Date;
}

/** variables: in their order in the template. evaluation null: none is attached. */
export interface PromptVersion {
  readonly id: string;
  readonly promptId: string;
  readonly version: number;
  readonly template: string;
  readonly variables: readonly string[];
  readonly status: PromptStatus;
  readonly contentHash: string;
  readonly evaluation: JsonValue | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export const PROMPT_COLUMNS = 'id, project_id as "projectId", name, created_at as "createdAt"';
export const VERSION_COLUMNS = `id, prompt_id as "promptId", version, template, variables, status, content_hash as "contentHash",
    evaluation, created_at as "createdAt", created_by as "createdBy"`;
