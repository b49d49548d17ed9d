import type { RequestOptions } from './options.ts';

/** What there has to be of a connection. */
export interface Page<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/**
 * The items of a list one by one, asking for the next page when it is needed: `paginate(client.memories, { filter })`.
 * `first` is the size of a page, not of the whole.
 *
 * @throws what `list` throws
 */
export async function* paginate<V extends { readonly after?: string | null | undefined } | undefined, T>(
  list: (variables: V, options?: RequestOptions) => Promise<Page<T>>,
  variables: NonNullable<NoInfer<V>>,
  options?: RequestOptions,
): AsyncGenerator<T, void, void> {
  let asked = variables;
  for (;;) {
    const { nodes, pageInfo } = await list(asked, options);
    yield* nodes;
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return;
    asked = { ...variables, after: pageInfo.endCursor };
  }
}
