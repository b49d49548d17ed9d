import { type Context, checkFirst } from '@rae/kernel';
import { findNewestVersions } from '../queries/find-prompt-versions.ts';
import type { PromptVersion } from '../queries/prompt-rows.ts';

/** A prompt's newest versions, newest first. @throws BAD_USER_INPUT naming `first` */
export async function listVersions(ctx: Context, promptId: string, first: number): Promise<PromptVersion[]> {
  const most = checkFirst(first);
  return ctx.readOnce((tx) => findNewestVersions(tx, promptId, most));
}
