import { mapStream } from '@rae/events';
import { type HearRequest, hearMemories } from '../../services/memories/hear-memories.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const memoryCreated = {
  subscribe: async (_: unknown, request: HearRequest, ctx: MemoryContext) =>
    mapStream(await hearMemories(ctx, request), ({ traceparent, ...memoryCreated }) => ({
      traceparent,
      memoryCreated,
    })),
};
