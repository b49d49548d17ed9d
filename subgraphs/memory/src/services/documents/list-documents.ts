import { projectToRead } from '@rae/identity';
import { type Connection, checkFirst, checkText, toConnection } from '@rae/kernel';
import type { Document } from '../../domain/document.ts';
import { findVersions } from '../../queries/find-documents.ts';
import { countDocuments, pageDocuments } from '../../queries/list-documents.ts';
import type { MemoryContext } from '../memory-context.ts';

export interface ListDocumentsRequest {
  readonly projectId?: string | null;
  readonly collection?: string | null;
  readonly uri?: string | null;
  readonly first: number;
  readonly after?: string | null;
}

const MAX_FILTER = 2_048;

const checkFilter = (field: string, value: string | null | undefined): string | null =>
  value === null || value === undefined ? null : checkText(field, value, MAX_FILTER);

/**
 * A page of documents, each in its newest version, newest first.
 *
 * @throws BAD_USER_INPUT for `first` outside 1..200 or a cursor of another list; NOT_FOUND for a project that is not there
 */
export async function listDocuments(ctx: MemoryContext, request: ListDocumentsRequest): Promise<Connection<Document>> {
  const { tenantId } = ctx.caller;
  const first = checkFirst(request.first);
  const collection = checkFilter('collection', request.collection);
  const uri = checkFilter('uri', request.uri);
  const list = `documents ${JSON.stringify([request.projectId ?? null, collection, uri])}`;
  const after = request.after ? ctx.cursors.decode(tenantId, list, request.after) : null;
  const { filter, rows } = await ctx.read(async (tx) => {
    const projectId = await projectToRead(tx, request.projectId ?? null, 'projectId');
    const asked = { projectId, collection, uri };
    return { filter: asked, rows: await pageDocuments(tx, asked, after, first + 1) };
  });
  const cursorOf = ({ place }: (typeof rows)[number]) => ctx.cursors.encode(tenantId, list, place);
  const page = toConnection(rows, first, after !== null, cursorOf, () =>
    ctx.readOnce((tx) => countDocuments(tx, filter)),
  );
  return {
    ...page,
    edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.document })),
    nodes: page.nodes.map(({ document }) => document),
  };
}

/** The newest of the versions before this one that are still there; null: there is none. */
export async function findPreviousVersion(ctx: MemoryContext, document: Document): Promise<Document | null> {
  if (document.uri === null || document.version === 1) return null;
  const versions = await ctx.readOnce((tx) => findVersions(tx, document));
  return versions.find(({ version }) => version < document.version) ?? null;
}
