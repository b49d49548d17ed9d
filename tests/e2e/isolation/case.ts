/** What the second tenant asks about the first one's things. Every root field of the schema has its case, or the first test fails. */
export interface Foreign {
  readonly tenantId: string;
  readonly projectId: string;
  readonly memoryId: string;
  readonly answerId: string;
  readonly documentId: string;
  readonly keyId: string;
  readonly auditId: string;
  readonly promptId: string;
  readonly budgetId: string;
  readonly reservationId: string;
  readonly canary: string;
  readonly cursor: string;
}
export interface Case {
  readonly query: string;
  readonly variables?: (foreign: Foreign) => Record<string, unknown>;
  /** A code, or what must not be seen although the call succeeds. */
  readonly code?: 'NOT_FOUND' | 'FORBIDDEN';
}

/** By root field, such as `Query.memory`. */
export type Cases = Readonly<Record<string, readonly Case[]>>;
