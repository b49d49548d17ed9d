import { type SetMemorySettingsInput, setMemorySettings as set } from '../../services/memories/memory-settings.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const setMemorySettings = async (
  _: unknown,
  { input }: { input: SetMemorySettingsInput },
  ctx: MemoryContext,
) => ({
  settings: await set(ctx, input),
});
