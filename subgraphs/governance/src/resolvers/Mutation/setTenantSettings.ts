import type { TenantSettings } from '@rae/metering';
import type { GovernanceContext } from '../../loaders.ts';
import { setTenantSettings as set } from '../../services/settings.ts';

export const setTenantSettings = async (
  _: unknown,
  { input }: { input: Partial<TenantSettings> },
  ctx: GovernanceContext,
) => ({ settings: await set(ctx, input) });
