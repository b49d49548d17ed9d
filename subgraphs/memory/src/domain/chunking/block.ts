/** A stretch of a document that belongs together: UTF-16 offsets into its text, the end exclusive. */
export interface Block {
  readonly start: number;
  readonly end: number;
  /** A heading stays with what it stands above. */
  readonly isHeading: boolean;
  /** Headings above it, outermost first, itself included where it is one; in JSON the path of the values. */
  readonly path: readonly string[];
  /** From 1; null where the format has no pages. */
  readonly page: number | null;
}

/** A document as text and the blocks of it, in order, without overlap; what lies between them is blank. */
export interface ReadDocument {
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** Joins the parts of a path, for people and for search. */
export const PATH_SEPARATOR = ' › ';
