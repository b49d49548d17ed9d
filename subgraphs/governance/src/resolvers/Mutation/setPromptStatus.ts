import type { GovernanceContext } from '../../loaders.ts';
import { type SetPromptStatusArgs, setPromptStatus as set } from '../../services/set-prompt-status.ts';

export const setPromptStatus = (_: unknown, args: SetPromptStatusArgs, ctx: GovernanceContext) => set(ctx, args);
