import type { GovernanceContext } from '../../loaders.ts';
import { type SavePromptVersionInput, savePromptVersion as save } from '../../services/save-prompt-version.ts';

export const savePromptVersion = (_: unknown, { input }: { input: SavePromptVersionInput }, ctx: GovernanceContext) =>
  save(ctx, input);
