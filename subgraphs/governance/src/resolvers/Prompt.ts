import type { GovernanceContext } from '../loaders.ts';
import { listVersions } from '../services/prompt-versions.ts';

interface Source {
  readonly id: string;
}

export const Prompt = {
  __resolveReference: ({ id }: Source, ctx: GovernanceContext) => ctx.loaders.prompts.load(id),
  versions: ({ id }: Source, { first }: { first: number }, ctx: GovernanceContext) => listVersions(ctx, id, first),
  production: ({ id }: Source, _args: unknown, ctx: GovernanceContext) => ctx.loaders.production.load(id),
};
