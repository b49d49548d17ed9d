import { type IngestDocumentInput, ingestDocument as ingest } from '../../services/documents/ingest-document.ts';
import type { MemoryContext } from '../../services/memory-context.ts';

export const ingestDocument = (_: unknown, { input }: { input: IngestDocumentInput }, ctx: MemoryContext) =>
  ingest(ctx, input);
