import { z } from 'zod';

/**
 * https://platform.openai.com/docs/api-reference/embeddings/object: "The index of the embedding in the list of
 * embeddings."
 */
const INDEXED = z.object({ data: z.array(z.object({ index: z.number() })) });

/**
 * Puts vectors into the order of the texts by the index that OpenAI-like answers carry: the AI SDK passes that over.
 * Answers without one, or with the same for all, stay as they are.
 */
export function sortByIndex<Vector>(vectors: readonly Vector[], body: unknown): Vector[] {
  const parsed = INDEXED.safeParse(body);
  if (!parsed.success) return [...vectors];
  return vectors
    .map((vector, position) => ({ vector, index: parsed.data.data[position]?.index ?? position }))
    .sort((one, other) => one.index - other.index)
    .map(({ vector }) => vector);
}
