import type { GovernanceContext } from '../../loaders.ts';
import { listPrompts, type PromptsArgs } from '../../services/read-prompts.ts';

export const prompts = (_: unknown, args: PromptsArgs, ctx: GovernanceContext) => listPrompts(ctx, args);
