import type { GovernanceContext } from '../../loaders.ts';
import { readSettings } from '../../services/settings.ts';

export const tenantSettings = (_: unknown, _args: unknown, ctx: GovernanceContext) => readSettings(ctx);
