import { appendAudit } from '@rae/audit';
import { encodeCursor, recordEvents } from '@rae/events';
import type { Transaction } from '@rae/kernel';
import type { Document } from '../../domain/document.ts';
import { eraseDocument } from '../../queries/erase-document.ts';
import { findVersions } from '../../queries/find-documents.ts';
import { eraseDerived } from '../erasure/erase-derived.ts';
import type { MemoryContext } from '../memory-context.ts';
import { getDocumentIn } from './get-document.ts';

/** Ids in one event. */
const IDS = 500;

/** Takes one version away for good, with its chunks and what was drawn from them, in the caller's transaction. @returns the cursor of its event */
export async function eraseVersion(tx: Transaction, { id, projectId, version }: Document): Promise<string> {
  const chunkIds = await eraseDocument(tx, id);
  const memoryIds = [...chunkIds, ...(await eraseDerived(tx, chunkIds)).memoryIds];
  const detail = { projectId, version, chunks: chunkIds.length };
  appendAudit(tx, { action: 'deleteDocument', subject: `document:${id}`, detail });
  const erased = Array.from({ length: Math.ceil(memoryIds.length / IDS) }, (_, at) => {
    const ids = memoryIds.slice(at * IDS, (at + 1) * IDS);
    return { type: 'memory.erased', projectId, subject: ids[0] ?? id, payload: { memoryIds: ids, documentId: id } };
  });
  const positions = await recordEvents(tx, [
    ...erased,
    {
      type: 'document.deleted',
      projectId,
      subject: id,
      payload: { documentId: id, version, chunks: chunkIds.length },
    },
  ]);
  const last = positions.at(-1);
  if (!last) throw new Error('no event was recorded');
  return encodeCursor(last);
}

/**
 * Takes a document away for good, with its chunks: this version, or all that have its name. Each version is a transaction, the
 * one asked for the last, so that a call that breaks off can be made again.
 *
 * @throws NOT_FOUND if the tenant has no such document, also when it was deleted before
 */
export async function deleteDocument(
  ctx: MemoryContext,
  id: string,
  allVersions: boolean,
): Promise<{ id: string; cursor: string }> {
  const others = await ctx.read(async (tx) => {
    const document = await getDocumentIn(tx, id);
    if (!allVersions || document.uri === null) return [];
    return (await findVersions(tx, document)).filter((version) => version.id !== id);
  });
  for (const other of others.reverse())
    await ctx.transact(async (tx) => {
      await eraseVersion(tx, other);
    });
  const cursor = await ctx.transact(async (tx) => eraseVersion(tx, await getDocumentIn(tx, id)));
  return { id, cursor };
}
