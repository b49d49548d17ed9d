import { once } from '@rae/database';
import { encodeCursor, recordEvents } from '@rae/events';
import { projectToRead, projectToWrite } from '@rae/identity';
import { notFound, PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import { contextLine, contextualText } from '../../domain/chunking/context-line.ts';
import type { Chunk } from '../../domain/chunking/pack-chunks.ts';
import { type Document, type IngestDocumentInput, type NewDocument, planDocument } from '../../domain/document.ts';
import { type NewMemory, type PlanOptions, planMemory } from '../../domain/new-memory.ts';
import { createPiiGuard, type PiiPolicies } from '../../domain/pii/apply-policy.ts';
import { packLex } from '../../engine/index.ts';
import { findDocuments, findNewest, lockDocument } from '../../queries/find-documents.ts';
import { insertDocument } from '../../queries/insert-document.ts';
import { type InsertRow, insertMemories } from '../../queries/insert-memories.ts';
import { findSettings } from '../../queries/settings.ts';
import { supersedeDocument } from '../../queries/supersede-document.ts';
import { enqueueEmbedding } from '../embedding/enqueue-embedding.ts';
import type { MemoryContext } from '../memory-context.ts';

export type { IngestDocumentInput };

export interface IngestedDocument {
  readonly document: Document;
  /** The same content was there already: nothing was written. */
  readonly unchanged: boolean;
  /** Null: nothing was written. */
  readonly cursor: string | null;
}

/** What is kept under the idempotencyKey. */
interface Ingested {
  [key: string]: string | boolean | null;
  documentId: string;
  unchanged: boolean;
  cursor: string | null;
}

/** Rows in one statement. */
const ROWS = 500;

/** The newest version where it has this content; a version that was replaced does not count. */
const sameContent = (newest: Document | null, { contentHash }: NewDocument): Document | null =>
  newest?.isNewest && newest.contentHash === contentHash ? newest : null;

/** Cutting costs more than looking: null when the content is there already. */
async function cutIfNew(ctx: MemoryContext, planned: NewDocument, projectId: string | null) {
  const known = await ctx.read(async (tx) => {
    const project = await projectToRead(tx, projectId, 'input.projectId');
    return project !== null && sameContent(await findNewest(tx, project, planned), planned) !== null;
  });
  return known ? null : ctx.cutter.cut(planned);
}

function toMemory(document: Document, chunk: Chunk, chunkIndex: number, options: PlanOptions): NewMemory {
  const { id, collection, uri, metadata, userId, agentId, sessionId } = document;
  const input = {
    layer: 'SEMANTIC',
    content: chunk.content,
    source: uri,
    metadata,
    userId,
    agentId,
    sessionId,
  } as const;
  const planned = planMemory(input, `input.content (chunk ${chunkIndex})`, options);
  const place = { documentId: id, collection, chunkIndex, section: chunk.section, page: chunk.page };
  // "Note: …" at the start of a paragraph names no speaker, and an equal fact told elsewhere is not merged into a page.
  return { ...planned, ...place, speaker: null, contentHash: null };
}

function toRow(document: Document, memory: NewMemory, now: Date): InsertRow {
  const context = document.contextualize ? contextLine(document.title, memory.section) : null;
  const lex = packLex(contextualText(memory.content, context));
  return { id: uuidv7(now.getTime()), memory, lex, vector: null };
}

const toCreated = ({ id, projectId }: Document, row: InsertRow) => ({
  type: 'memory.created',
  projectId,
  subject: row.id,
  tags: row.memory.tags,
  payload: {
    memoryId: row.id,
    layer: row.memory.layer,
    characters: row.memory.content.length,
    embedded: false,
    documentId: id,
  },
});

async function archiveOld(tx: Transaction, old: Document | null, version: number) {
  if (!old) return [];
  const archived = await supersedeDocument(tx, old.id, `version ${version} of the document was ingested`);
  return archived.map(({ id, version: rowVersion, tags }) => ({
    type: 'memory.archived',
    projectId: old.projectId,
    subject: id,
    tags,
    payload: { memoryId: id, layer: 'SEMANTIC', version: rowVersion, fields: ['status', 'archivedAt'] },
  }));
}

/** The document, its chunks, the old version's end and all their events, in one transaction. */
async function write(
  { embedder }: MemoryContext,
  tx: Transaction,
  document: Document,
  chunks: readonly Chunk[],
  old: Document | null,
  policies: PiiPolicies,
): Promise<Ingested> {
  const options = { now: tx.now, dimensions: embedder.dimensions, policies };
  const archived = await archiveOld(tx, old, document.version);
  await insertDocument(tx, document);
  const rows = chunks.map((chunk, at) => toRow(document, toMemory(document, chunk, at, options), tx.now));
  for (let at = 0; at < rows.length; at += ROWS)
    await insertMemories(tx, document.projectId, embedder.id, rows.slice(at, at + ROWS));
  await enqueueEmbedding(
    tx,
    rows.map((row) => row.id),
  );
  const { id, projectId, version } = document;
  const positions = await recordEvents(tx, [
    ...archived,
    ...rows.map((row) => toCreated(document, row)),
    {
      type: 'document.ingested',
      projectId,
      subject: id,
      payload: { documentId: id, version, chunks: rows.length, archived: archived.length },
    },
  ]);
  const last = positions.at(-1);
  return { documentId: id, unchanged: false, cursor: last ? encodeCursor(last) : null };
}

async function ingest(
  ctx: MemoryContext,
  tx: Transaction,
  projectId: string,
  planned: NewDocument,
  chunks: readonly Chunk[] | null,
): Promise<Ingested> {
  await lockDocument(tx, projectId, planned);
  const newest = await findNewest(tx, projectId, planned);
  const same = sameContent(newest, planned);
  if (same) return { documentId: same.id, unchanged: true, cursor: null };
  if (!chunks)
    throw new PlatformError('CONFLICT', 'The document was written by somebody else meanwhile; try again.', {
      retryable: true,
    });
  const { content: _content, chunking, ...given } = planned;
  const policies = await findSettings(tx, projectId);
  const guard = createPiiGuard(policies);
  const document: Document = {
    ...given,
    title: guard.text('input.title', given.title),
    metadata: guard.json('input.metadata', given.metadata),
    id: uuidv7(tx.now.getTime()),
    projectId,
    chunkCount: chunks.length,
    version: (newest?.version ?? 0) + 1,
    contextualize: chunking.contextualize,
    createdAt: tx.now,
    isNewest: true,
  };
  return write(ctx, tx, document, chunks, newest?.isNewest ? newest : null, policies);
}

/**
 * Writes a document: it is cut into chunks, each a SEMANTIC memory that the very next search finds by words, and by meaning
 * once its vector is made in the background. The same uri in the collection again makes a new version and archives the chunks
 * of the old one; the same content again changes nothing.
 *
 * Secrets and personal data are treated as the project's settings say, chunk by chunk.
 *
 * @throws BAD_USER_INPUT naming the field; PAYLOAD_TOO_LARGE; UNSUPPORTED_MEDIA_TYPE; NOT_FOUND for a project that is not there
 */
export async function ingestDocument(ctx: MemoryContext, input: IngestDocumentInput): Promise<IngestedDocument> {
  const { idempotencyKey: key, ...asked } = input;
  const planned = planDocument(asked);
  const asProject = asked.projectId ?? null;
  const chunks = await cutIfNew(ctx, planned, asProject);
  return ctx.transact(async (tx) => {
    const projectId = await projectToWrite(tx, asProject, 'input.projectId');
    const call = { field: 'ingestDocument', key, input: { ...asked } };
    const { result } = await once<Ingested>(tx, call, () => ingest(ctx, tx, projectId, planned, chunks));
    const [document] = await findDocuments(tx, [result.documentId]);
    if (!document) throw notFound('document', result.documentId);
    return { document, unchanged: result.unchanged, cursor: result.cursor };
  });
}
