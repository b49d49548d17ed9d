import type { GovernanceContext } from '../../loaders.ts';
import { type RenderArgs, renderPrompt as render } from '../../services/read-prompts.ts';

export const renderPrompt = (_: unknown, args: RenderArgs, ctx: GovernanceContext) =>
  render(ctx, ctx.countTokens, args);
