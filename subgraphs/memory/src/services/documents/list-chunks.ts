import { badInput, type Connection, checkFirst, toConnection } from '@rae/kernel';
import type { Document } from '../../domain/document.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { countChunks, pageChunks } from '../../queries/list-chunks.ts';
import type { MemoryContext } from '../memory-context.ts';

/**
 * A page of a document's chunks in the document's order, archived ones included.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200 or a cursor of another list
 */
export async function listChunks(
  ctx: MemoryContext,
  { id }: Document,
  first: number,
  after: string | null,
): Promise<Connection<Memory>> {
  checkFirst(first);
  const list = `chunks ${id}`;
  const { tenantId } = ctx.caller;
  const [place] = after === null ? [-1] : ctx.cursors.decode(tenantId, list, after);
  if (typeof place !== 'number') throw badInput('after', 'this is not a cursor of this list');
  const rows = await ctx.readOnce((tx) => pageChunks(tx, id, place, first + 1));
  return toConnection<Memory>(
    rows,
    first,
    after !== null,
    ({ chunkIndex }) => ctx.cursors.encode(tenantId, list, [chunkIndex]),
    () => ctx.readOnce((tx) => countChunks(tx, id)),
  );
}
