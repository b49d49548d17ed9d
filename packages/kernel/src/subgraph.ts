import type { DocumentNode, GraphQLResolveInfo } from 'graphql';
import type { Context } from './context.ts';

type Resolve = (source: never, args: never, ctx: never, info: GraphQLResolveInfo) => unknown;
export type Resolvers = Readonly<
  Record<string, Readonly<Record<string, Resolve | { subscribe: Resolve; resolve?: Resolve }>> | unknown>
>;

/** What every subgraph exports; the composition root serves it in process or over HTTP, unchanged. */
export interface Subgraph<Ctx extends Context = Context> {
  readonly name: string;
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** Adds the subgraph's own loaders and engines to the context of one fetch. */
  extend(ctx: Context): Ctx;
  close(): Promise<void>;
}
