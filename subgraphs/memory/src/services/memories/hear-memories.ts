import { type EventStream, encodeCursor, type LogEvent, mapStream } from '@rae/events';
import { projectToRead } from '@rae/identity';
import type { MemoryLayer } from '../../domain/memory-row.ts';
import type { MemoryContext } from '../memory-context.ts';

export interface HeardMemory {
  readonly cursor: string;
  readonly at: Date;
  readonly memoryId: string;
  /** The trace that the memory was written in; null where none was. */
  readonly traceparent: string | null;
}

export interface HearRequest {
  readonly projectId?: string | null;
  readonly layers?: readonly MemoryLayer[] | null;
  readonly after?: string | null;
}

const toHeard = ({ position, occurredAt, subject, traceparent }: LogEvent): HeardMemory => ({
  cursor: encodeCursor(position),
  at: occurredAt,
  memoryId: subject ?? '',
  traceparent,
});

/**
 * Memories of the caller's projects as they are created, in log order, each once; on from `after` without a gap.
 *
 * @throws NOT_FOUND for a project that is not there; BAD_USER_INPUT for a cursor that is none; CURSOR_EXPIRED
 */
export async function hearMemories(
  ctx: MemoryContext,
  { projectId, layers, after }: HearRequest,
): Promise<EventStream<HeardMemory>> {
  const project = await ctx.readOnce((tx) => projectToRead(tx, projectId ?? null, 'projectId'));
  const wanted = layers?.length ? new Set<unknown>(layers) : null;
  const matches = ({ type, projectId: of, payload }: LogEvent) =>
    type === 'memory.created' && (project === null || of === project) && (wanted === null || wanted.has(payload.layer));
  return mapStream(
    await ctx.feed.subscribe({ caller: ctx.caller, matches, after: after ?? null, signal: ctx.signal }),
    toHeard,
  );
}
