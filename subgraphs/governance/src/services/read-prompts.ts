import { projectToRead } from '@rae/identity';
import { type Connection, type Context, checkFirst, PlatformError, type Transaction, toConnection } from '@rae/kernel';
import type { CountTokens } from '@rae/metering';
import { renderTemplate } from '../domain/prompt-template.ts';
import { findProduction, findVersion } from '../queries/find-prompt-versions.ts';
import { findPromptByName } from '../queries/find-prompts.ts';
import { countPrompts, pagePrompts } from '../queries/page-prompts.ts';
import type { Prompt, PromptVersion } from '../queries/prompt-rows.ts';

export interface PromptArgs {
  readonly name: string;
  readonly projectId?: string | null;
}

const missing = (name: string, what = 'no prompt of this name') =>
  new PlatformError('NOT_FOUND', `${name}: there is ${what}.`, { name });

async function getByName(tx: Transaction, { name, projectId }: PromptArgs): Promise<Prompt> {
  const project = await projectToRead(tx, projectId ?? null, 'projectId');
  const prompt = await findPromptByName(tx, name, project);
  if (!prompt) throw missing(name);
  return prompt;
}

/**
 * The project's prompt of this name, or else the tenant's.
 *
 * @throws NOT_FOUND when there is none, or no such project for the caller
 */
export const getPrompt = (ctx: Context, args: PromptArgs): Promise<Prompt> => ctx.read((tx) => getByName(tx, args));

export interface PromptsArgs {
  readonly projectId?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

/** The prompts of a project and of the tenant as a whole, by name; for an unbound key that names no project, all. */
export async function listPrompts(ctx: Context, args: PromptsArgs): Promise<Connection<Prompt>> {
  const { tenantId } = ctx.caller;
  const first = checkFirst(args.first);
  const after = args.after ?? null;
  const { project, list, rows } = await ctx.read(async (tx) => {
    const project = await projectToRead(tx, args.projectId ?? null, 'projectId');
    const list = `prompts ${project}`;
    const position = after === null ? null : ctx.cursors.decode(tenantId, list, after);
    return { project, list, rows: await pagePrompts(tx, project, position, first + 1) };
  });
  const cursorOf = ({ name, id }: Prompt) => ctx.cursors.encode(tenantId, list, [name, id]);
  return toConnection(rows, first, after !== null, cursorOf, () => ctx.readOnce((tx) => countPrompts(tx, project)));
}

export interface RenderArgs extends PromptArgs {
  /** Null or left out: the one in production. */
  readonly version?: number | null;
  readonly variables: unknown;
}

async function chooseVersion(tx: Transaction, prompt: Prompt, version: number | null): Promise<PromptVersion> {
  const found =
    version === null ? (await findProduction(tx, [prompt.id]))[0] : await findVersion(tx, prompt.id, version);
  if (found) return found;
  throw missing(prompt.name, version === null ? 'no version in production; name one' : `no version ${version}`);
}

/** Which model it is for is not known: counted as OpenAI's newest models do. */
const COUNTED_AS = { provider: 'openai', model: 'gpt-4o' };

/**
 * A prompt with values in the places of its variables, and how many tokens it has by o200k_base.
 *
 * @throws NOT_FOUND for a prompt or version that is not there; BAD_USER_INPUT naming a variable that is missing or unknown
 */
export async function renderPrompt(ctx: Context, countTokens: CountTokens, args: RenderArgs) {
  const { template, variables, version } = await ctx.read(async (tx) =>
    chooseVersion(tx, await getByName(tx, args), args.version ?? null),
  );
  const text = renderTemplate(template, variables, args.variables);
  const { tokens } = await countTokens(COUNTED_AS, text);
  return { text, version, tokens };
}
