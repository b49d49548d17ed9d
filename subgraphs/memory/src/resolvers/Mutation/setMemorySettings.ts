import type { MemoryContext } from '../../services/memory-context.ts';
import { type SetMemorySettingsInput, setMemorySettings as set } from '../../services/memory-settings.ts';

export const setMemorySettings = async (
  _: unknown,
  { input }: { input: SetMemorySettingsInput },
  ctx: MemoryContext,
) => ({
  settings: await set(ctx, input),
});
