import { createHash } from 'node:crypto';
import { appendAudit } from '@rae/audit';
import { once } from '@rae/database';
import { projectToRead } from '@rae/identity';
import { badInput, type Context, checkJson, checkText, type JsonValue, type Transaction, uuidv7 } from '@rae/kernel';
import { readVariables } from '../domain/prompt-template.ts';
import { ensurePrompt } from '../queries/ensure-prompt.ts';
import { findNewestVersions, findVersion } from '../queries/find-prompt-versions.ts';
import { findPrompts } from '../queries/find-prompts.ts';
import type { Prompt, PromptVersion } from '../queries/prompt-rows.ts';
import { insertVersion, setEvaluation } from '../queries/write-prompt-version.ts';

export interface SavePromptVersionInput {
  readonly name: string;
  readonly template: string;
  readonly projectId?: string | null;
  readonly evaluation?: JsonValue | null;
  readonly idempotencyKey?: string | null;
}

export interface SavedPrompt {
  readonly prompt: Prompt;
  readonly version: PromptVersion;
}

const MAX_TEMPLATE = 65_536;
/** Also the name of a file, on any system. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** @throws BAD_USER_INPUT unless it can be the name of a prompt */
export function checkPromptName(field: string, name: string): string {
  if (NAME.test(name)) return name;
  throw badInput(field, 'must be 1 to 100 letters, digits, "_", "." or "-", the first a letter or digit');
}

interface Content {
  readonly template: string;
  readonly variables: readonly string[];
  readonly evaluation: JsonValue | null;
}

function note(tx: Transaction, { id, name }: Prompt, { version, contentHash }: PromptVersion, what: string): void {
  const detail = { name, version, contentHash, what };
  appendAudit(tx, { action: 'savePromptVersion', subject: `prompt:${id}`, detail });
}

async function addVersion(tx: Transaction, prompt: Prompt, content: Content): Promise<number> {
  const [newest] = await findNewestVersions(tx, prompt.id, 1);
  const contentHash = createHash('sha256').update(content.template).digest('hex');
  if (newest?.contentHash === contentHash) {
    if (content.evaluation === null) return newest.version;
    await setEvaluation(tx, newest, content.evaluation);
    note(tx, prompt, newest, 'evaluation attached');
    return newest.version;
  }
  const version: PromptVersion = {
    ...content,
    id: uuidv7(tx.now.getTime()),
    promptId: prompt.id,
    version: (newest?.version ?? 0) + 1,
    status: 'DRAFT',
    contentHash,
    createdAt: tx.now,
    createdBy: tx.caller.actor,
  };
  await insertVersion(tx, version);
  note(tx, prompt, version, 'version saved');
  return version.version;
}

/**
 * Saves a template as the next version of a prompt, a DRAFT; the first makes the prompt. The template of the newest version again
 * makes none, and attaches the evaluation where one is given.
 *
 * @throws BAD_USER_INPUT for a name, template or evaluation that cannot be; NOT_FOUND for another project than the caller's
 */
export function savePromptVersion(ctx: Context, input: SavePromptVersionInput): Promise<SavedPrompt> {
  const name = checkPromptName('input.name', input.name);
  const template = checkText('input.template', input.template, MAX_TEMPLATE);
  const variables = readVariables(template);
  const evaluation = checkJson('input.evaluation', input.evaluation ?? null);
  return ctx.transact(async (tx) => {
    const projectId = await projectToRead(tx, input.projectId ?? null, 'input.projectId');
    const asked = { name, template, projectId, evaluation };
    const call = { field: 'savePromptVersion', key: input.idempotencyKey, input: asked };
    const { result } = await once(tx, call, async () => {
      const prompt = await ensurePrompt(tx, projectId, name);
      return { id: prompt.id, version: await addVersion(tx, prompt, { template, variables, evaluation }) };
    });
    const [prompt] = await findPrompts(tx, [result.id]);
    const version = await findVersion(tx, result.id, result.version);
    if (!prompt || !version) throw new Error('what was saved is not there');
    return { prompt, version };
  });
}
