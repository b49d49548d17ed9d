import type { Client, MemoryEvent } from '@rae/sdk';

export interface HeardWrite {
  readonly event: MemoryEvent;
  /** From sending the write to hearing of it. */
  readonly ms: number;
}

const FIRST = 'A first memory, so that there is a place to listen from.';
const SECOND = 'A second one, to hear that the line is open.';

/** Others may write into the project at the same time. */
async function hear(
  events: AsyncIterator<MemoryEvent>,
  content: string,
): Promise<{ event: MemoryEvent; heardAt: number }> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) throw new Error('the subscription ended before the event came');
    if (value.memory?.content === content) return { event: value, heardAt: performance.now() };
  }
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
  const events = client.memoryCreated({ projectId, after: await write(FIRST) });
  try {
    await Promise.all([hear(events, SECOND), write(SECOND)]); // connecting is no part of what is timed
    const sentAt = performance.now();
    const [{ event, heardAt }] = await Promise.all([hear(events, content), write(content)]);
    return { event, ms: heardAt - sentAt };
  } finally {
    await events.return?.();
    for (const id of written) await client.deleteMemory(id);
  }
}
