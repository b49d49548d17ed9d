import type { Caller, Cause } from './caller.ts';

/** What an embedding is for: some models embed a question and a text differently. */
export type EmbeddingPurpose = 'query' | 'document';

/**
 * A model that turns texts into vectors. Vectors are of unit length (L2) and of `dimensions` numbers.
 * Implementations keep the order of the texts, embed an empty text as well as any other, and never return NaN.
 */
export interface Embedder {
  /** `provider/model`, stored with every vector: vectors of two ids are never compared. */
  readonly id: string;
  readonly dimensions: number;
  /** Longer texts are cut there. */
  readonly maxTokens: number;
  /** ISO 639-1 codes it knows, or null for all: elsewhere its cosine has no weight in ranking. */
  readonly languages: readonly string[] | null;
  /** True when it runs on this machine and costs nothing. */
  readonly local: boolean;
  /**
   * @throws MODEL_UNAVAILABLE (retryable) when the model does not answer, or answers with the wrong count, dimension or NaN;
   *   BUDGET_EXCEEDED before a remote model is called
   */
  embed(
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    spend: Spend,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** What a call to a model was for, as the ledger files it. */
export const COST_OPERATIONS = [
  'QUERY',
  'EMBEDDING',
  'REFLECTION',
  'EXTRACTION',
  'SUMMARY',
  'RERANK',
  'PLAN',
  'ACTION',
  'EVALUATION',
  'EXTERNAL',
] as const;
export type CostOperation = (typeof COST_OPERATIONS)[number];

/** What a call was spent on: `type` is memory, document, search, answer, evaluation, reflection, execution, run, …; `Cost.id` is `type:id`. */
export interface SpendSubject {
  readonly type: string;
  readonly id: string;
  /** Its part of a batch's line, relative to the others': characters sent, say. */
  readonly weight: number;
}

/** Who pays for a call to a model, and where its line is filed. Every call has one. */
export interface Spend {
  /** Its tenant, key, and the agent and user that the key is bound to choose budgets. */
  readonly caller: Caller;
  readonly cause: Cause;
  readonly projectId: string;
  /** As the input says; those the key is bound to pay as well. */
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly operation: CostOperation;
  /** One: the line carries it. Several: the line is shared out by weight, exactly. None: nothing that has an id. */
  readonly subjects: readonly SpendSubject[];
}

/** What a call site knows of its Spend; who asks and why is known by the context. */
export interface SpendOn extends Pick<Spend, 'projectId' | 'operation'> {
  readonly userId?: string | null;
  readonly agentId?: string | null;
  readonly sessionId?: string | null;
  readonly subjects?: readonly SpendSubject[];
}

/** The Spend of a call that a context makes: what is left out is null, or no subject. */
export const spendOf = (
  { caller, cause }: Pick<Spend, 'caller' | 'cause'>,
  { projectId, operation, userId = null, agentId = null, sessionId = null, subjects = [] }: SpendOn,
): Spend => ({ caller, cause, projectId, userId, agentId, sessionId, operation, subjects });

export interface GenerateRequest {
  /** `provider/model`; null: the configured default. */
  readonly model: string | null;
  /** Instructions of ours. Nothing that a memory or a user says stands here. */
  readonly system: string;
  readonly prompt: string;
  readonly maxOutputTokens: number;
  /** Nano-USD; refused with BUDGET_EXCEEDED when the worst case would cost more. Null: no limit of its own. */
  readonly maxCostNano: bigint | null;
}

export interface Generated {
  readonly text: string;
  /** `provider/model` that wrote it: the one asked for, or the cheaper one that a budget names. */
  readonly model: string;
  readonly timeToFirstTokenMs: number | null;
}

export interface Generation {
  /** Text as it is written; ends early when the call fails, which `done` tells. */
  readonly deltas: AsyncIterable<string>;
  /** Resolves once it is settled; rejects as `generate` does. */
  readonly done: Promise<Generated>;
}

/** Writes text by language models; each call is held on the budgets before it is made, and settled once, broken or cancelled. */
export interface Generator {
  /** `provider/model`; null: none is configured, and callers do without. */
  readonly defaultModel: string | null;
  /**
   * @throws MODEL_UNAVAILABLE (retryable) when the model does not answer; BUDGET_EXCEEDED; BAD_USER_INPUT for a model that
   *   is not configured; CANCELLED when `signal` is aborted
   */
  generate(request: GenerateRequest, spend: Spend, signal?: AbortSignal): Promise<Generated>;
  stream(request: GenerateRequest, spend: Spend, signal?: AbortSignal): Generation;
  close(): Promise<void>;
}

/** Judges how well texts answer a question. */
export interface Reranker {
  readonly id: string;
  readonly local: boolean;
  /**
   * @returns a score 0..1 for each text, in their order
   * @throws MODEL_UNAVAILABLE (retryable), BUDGET_EXCEEDED
   */
  rerank(query: string, texts: readonly string[], spend: Spend, signal?: AbortSignal): Promise<number[]>;
  close(): Promise<void>;
}
