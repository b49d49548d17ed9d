import type { JsonValue, Transaction } from '@rae/kernel';
import type { PromptStatus } from '../domain/prompt-status.ts';
import type { PromptVersion } from './prompt-rows.ts';

const INSERT = {
  name: 'prompt_version_insert',
  text: `insert into platform.prompt_versions
      (tenant_id, prompt_id, version, id, template, variables, status, content_hash, evaluation, created_at, created_by)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
};
const SET_STATUS = {
  name: 'prompt_version_status',
  text: 'update platform.prompt_versions set status = $4 where tenant_id = $1 and prompt_id = $2 and version = $3',
};
const SET_EVALUATION = {
  name: 'prompt_version_evaluation',
  text: 'update platform.prompt_versions set evaluation = $4 where tenant_id = $1 and prompt_id = $2 and version = $3',
};

const toJson = (value: JsonValue | null) => (value === null ? null : JSON.stringify(value));

export const insertVersion = (tx: Transaction, one: PromptVersion) =>
  tx.query(INSERT, [
    tx.caller.tenantId,
    one.promptId,
    one.version,
    one.id,
    one.template,
    one.variables,
    one.status,
    one.contentHash,
    toJson(one.evaluation),
    one.createdAt,
    one.createdBy,
  ]);

type Which = Pick<PromptVersion, 'promptId' | 'version'>;

export const setVersionStatus = (tx: Transaction, { promptId, version }: Which, status: PromptStatus) =>
  tx.query(SET_STATUS, [tx.caller.tenantId, promptId, version, status]);

export const setEvaluation = (tx: Transaction, { promptId, version }: Which, evaluation: JsonValue) =>
  tx.query(SET_EVALUATION, [tx.caller.tenantId, promptId, version, toJson(evaluation)]);
