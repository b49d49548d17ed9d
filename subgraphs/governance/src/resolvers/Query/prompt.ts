import type { GovernanceContext } from '../../loaders.ts';
import { getPrompt, type PromptArgs } from '../../services/read-prompts.ts';

export const prompt = (_: unknown, args: PromptArgs, ctx: GovernanceContext) => getPrompt(ctx, args);
