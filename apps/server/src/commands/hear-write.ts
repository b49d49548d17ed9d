import type { Client, MemoryEvent } from '@rae/sdk';

export interface HeardWrite {
  readonly event: MemoryEvent;
  /** From sending the write to hearing of it. */
  readonly ms: number;
}

/** Said before the one that is timed: the subscription begins after the first, and hearing the second shows that it is open. */
const OPENING = [
  'A first memory, so that there is a place to listen from.',
  'A second one, to hear that the line is open.',
];

async function nextOf(events: AsyncIterator<MemoryEvent>): Promise<{ event: MemoryEvent; at: number }> {
  const step = await events.next();
  if (step.done) throw new Error('the subscription ended before the event came');
  return { event: step.value, at: performance.now() };
}

/**
 * Opens memoryCreated, writes a memory, and waits for its event. What it writes it deletes.
 *
 * @param content of the memory that is heard of
 */
export async function hearWrite(client: Client, projectId: string, content: string): Promise<HeardWrite> {
  const written: string[] = [];
  const write = async (text: string) => {
    const { cursor, memory } = await client.createMemory({ projectId, content: text });
    written.push(memory.id);
    return cursor;
  };
  const after = await write(OPENING[0] ?? '');
  const events = client.memoryCreated({ projectId, after })[Symbol.asyncIterator]();
  try {
    await Promise.all([nextOf(events), write(OPENING[1] ?? '')]);
    const sentAt = performance.now();
    const [{ event, at }] = await Promise.all([nextOf(events), write(content)]);
    return { event, ms: at - sentAt };
  } finally {
    await events.return?.();
    for (const id of written) await client.deleteMemory(id);
  }
}
