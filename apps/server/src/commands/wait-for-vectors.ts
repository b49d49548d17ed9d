import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, RetrievalSignal } from '@rae/sdk';
import { createProgress } from './progress.ts';

type SearchAnswer = Pick<Awaited<ReturnType<Client['searchMemories']>>, 'degraded'>;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
/** A model makes a batch of vectors in a second or few; one that makes none for so long is away. */
const PATIENCE_MS = 20_000;

/** How many memories a search had to do without vectors, as it says itself; 0 when it says nothing. */
export function countWithoutVector({ degraded }: SearchAnswer): number {
  const counts = degraded.map(({ part, reason }) =>
    part === 'VECTOR' ? /^(\d+) memories have no vector/.exec(reason) : null,
  );
  return counts.reduce((sum, found) => sum + Number(found?.[1] ?? 0), 0);
}

/**
 * Waits until the memories of a project have their vectors, showing how far they are. Nothing to wait for where `signals`
 * leaves vectors out.
 *
 * @returns how many have none when none was made for 20 s, such as while the embedding model is away; 0 when all have one
 */
export async function waitForVectors(
  client: Client,
  projectId: string,
  signals: readonly RetrievalSignal[] | null,
): Promise<number> {
  const look = async () =>
    countWithoutVector(await client.searchMemories({ query: 'vectors', filter: { projectId }, limit: 1, signals }));
  const total = await look();
  if (total === 0) return 0;
  const progress = createProgress('Vectors', total);
  let missing = total;
  let pause = FIRST_PAUSE_MS;
  let movedAt = Date.now();
  while (missing > 0 && Date.now() - movedAt < PATIENCE_MS) {
    await sleep(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    const now = await look();
    if (now < missing) movedAt = Date.now();
    missing = now;
    progress.to(Math.max(0, total - missing));
  }
  progress.end();
  return missing;
}
