import type { JsonValue } from '@rae/kernel';

/** Of a RUNNING answer whose lease is over it is FAILED: its process died. */
export type AnswerStatus = 'RUNNING' | 'ANSWERED' | 'NOTHING_FOUND' | 'CANCELLED' | 'FAILED';

export interface Citation {
  /** As it stands in the text: [1]. */
  readonly index: number;
  readonly memoryId: string;
  readonly quote: string;
  /** In UTF-16 units of the memory's content; both null where the quote is not verified. */
  readonly start: number | null;
  readonly end: number | null;
  /** The search's score of the memory, 0..1. */
  readonly relevance: number;
  readonly verified: boolean;
}

export interface AnswerPart {
  readonly part: string;
  readonly reason: string;
}

/** What is told once an answer is made. */
export interface Outcome {
  readonly status: Exclude<AnswerStatus, 'RUNNING'>;
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly groundedness: number;
  /** `extractive`, or the model that wrote it. */
  readonly model: string;
  readonly degraded: readonly AnswerPart[];
  /** Memories whose content the text may hold. */
  readonly sourceIds: readonly string[];
}

/** Why an answer failed, for those who ask again. */
export interface AnswerError {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, JsonValue>>;
}

/** An answer as it is stored. */
export interface Answer {
  readonly id: string;
  readonly projectId: string;
  readonly question: string;
  readonly status: AnswerStatus;
  readonly text: string;
  readonly citations: readonly Citation[];
  readonly groundedness: number;
  /** What the search gave, with the ids of memories in place of memories; null: not yet, or no longer. */
  readonly search: JsonValue;
  readonly model: string;
  readonly degraded: readonly AnswerPart[];
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly sessionId: string | null;
  readonly timeToFirstTokenMs: number | null;
  readonly tookMs: number;
  readonly traceId: string | null;
  readonly error: AnswerError | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** One step of an answer in the making, as listeners hear it. */
export interface AnswerFrame {
  /** From 1. */
  readonly seq: number;
  readonly kind: 'RETRIEVED' | 'DELTA' | 'COMPLETED';
  /** Of a DELTA. */
  readonly text: string;
}

/** No language model wrote it. */
export const EXTRACTIVE = 'extractive';
