/** What is known of an operation besides its text. */
export interface DocumentMeta {
  readonly fragmentName?: string;
  /** Where among the variables of a mutation its idempotencyKey stands. */
  readonly idempotencyKey?: readonly string[];
}

/**
 * The text of an operation that knows the types of its result and its variables. It is the class that GraphQL Code
 * Generator's string documents use, so that documents generated elsewhere fit as well.
 */
export class TypedDocumentString<Result, Variables> extends String {
  /** For the compiler alone; never there. */
  declare readonly __apiType?: (variables: Variables) => Result;
  readonly __meta__: DocumentMeta;

  constructor(text: string, meta: DocumentMeta = {}) {
    super(text);
    this.__meta__ = meta;
  }
}

/** A document of any types. */
export type AnyDocument = TypedDocumentString<unknown, never>;
