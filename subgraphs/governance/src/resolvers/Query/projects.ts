import { listProjects, type Page } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const projects = (_: unknown, page: Page, ctx: GovernanceContext) => listProjects(ctx, page);
