import { appendAudit } from '@rae/audit';
import { type Context, checkText, isUuid, notFound, PlatformError, type Transaction } from '@rae/kernel';
import { getTenantSettings } from '@rae/metering';
import { checkStatusChange, type PromptStatus } from '../domain/prompt-status.ts';
import { findProduction, findVersion } from '../queries/find-prompt-versions.ts';
import { lockPrompt } from '../queries/find-prompts.ts';
import { setVersionStatus } from '../queries/write-prompt-version.ts';
import type { SavedPrompt } from './save-prompt-version.ts';

export interface SetPromptStatusArgs {
  readonly promptId: string;
  readonly version: number;
  readonly status: PromptStatus;
  readonly comment?: string | null;
}

const MAX_COMMENT = 2_000;

async function lockVersion(tx: Transaction, { promptId, version }: SetPromptStatusArgs): Promise<SavedPrompt> {
  const prompt = isUuid(promptId) ? await lockPrompt(tx, promptId) : null;
  const { projectId } = tx.caller;
  if (!prompt || (projectId !== null && projectId !== prompt.projectId)) throw notFound('prompt', promptId);
  const found = await findVersion(tx, prompt.id, version);
  if (found) return { prompt, version: found };
  const message = `The prompt ${prompt.name} has no version ${version}.`;
  throw new PlatformError('NOT_FOUND', message, { promptId, version });
}

/** The version that was in production makes room; null: there was none. */
async function retireProduction(tx: Transaction, promptId: string): Promise<number | null> {
  const [old] = await findProduction(tx, [promptId]);
  if (!old) return null;
  await setVersionStatus(tx, old, 'RETIRED');
  return old.version;
}

/**
 * Moves a version through its review and into production, where it retires the one that was. The status that it has already
 * changes nothing and records nothing.
 *
 * @throws NOT_FOUND for a prompt or version that the caller may not see; CONFLICT for a status that cannot follow;
 *   FORBIDDEN for the author where the tenant wants four eyes
 */
export function setPromptStatus(ctx: Context, args: SetPromptStatusArgs): Promise<SavedPrompt> {
  const { status } = args;
  const comment = args.comment ? checkText('comment', args.comment, MAX_COMMENT) : null;
  return ctx.transact(async (tx) => {
    const { prompt, version } = await lockVersion(tx, args);
    if (version.status === status) return { prompt, version };
    const { promptsNeedFourEyes: fourEyes } = await getTenantSettings(tx);
    const { actor } = tx.caller;
    checkStatusChange({ from: version.status, to: status, author: version.createdBy, actor, fourEyes });
    const retired = status === 'PRODUCTION' ? await retireProduction(tx, prompt.id) : null;
    await setVersionStatus(tx, version, status);
    const detail = { name: prompt.name, version: version.version, from: version.status, to: status, retired, comment };
    appendAudit(tx, { action: 'setPromptStatus', subject: `prompt:${prompt.id}`, detail });
    return { prompt, version: { ...version, status } };
  });
}
