import { recordEvent } from '@rae/events';
import { isPlatformError, type JsonValue, PlatformError } from '@rae/kernel';
import { type Answer, type AnswerError, EXTRACTIVE, type Outcome } from '../../domain/answer/answer.ts';
import { type Evidence, type Found, readFound, toEvidence } from '../../domain/answer/evidence.ts';
import type { Memory } from '../../domain/memory-row.ts';
import { appendDelta, keepRetrieved, type Lease } from '../../queries/answer-frames.ts';
import { findAnswers } from '../../queries/find-answers.ts';
import { finishAnswer } from '../../queries/finish-answer.ts';
import type { MemoryContext } from '../memory-context.ts';
import { searchMemories } from '../search/search-memories.ts';
import type { SearchResult } from '../search/search-result.ts';
import { answerByMeaning, isByMeaning, keepAnswer, listenToVector, type Meaning } from './answer-by-meaning.ts';
import type { CheckedAsk } from './answer-request.ts';
import { lostAnswer, whileHeld } from './hold-answer.ts';
import { storeSearch } from './stored-search.ts';
import { writeAnswer } from './write-answer.ts';

/** Hits, best first, then their neighbours; each memory once. */
function evidenceOf({ hits }: SearchResult): Evidence[] {
  const scored = [
    ...hits.map(({ memory, score }) => ({ memory, score })),
    ...hits.flatMap(({ context, score }) => context.map((memory) => ({ memory, score: score / 2 }))),
  ];
  const evidence = new Map<string, Evidence>();
  for (const { memory, score } of scored)
    if (!evidence.has(memory.id)) evidence.set(memory.id, toEvidence(memory, score));
  return [...evidence.values()];
}

/** Tokens of memories that a model is given, when nothing is said of it. */
const CONTEXT_TOKENS = 4_000;

/** What a question found. */
interface Retrieved extends Meaning {
  readonly evidence: Found;
}

const memoriesOf = ({ hits }: SearchResult): Map<string, Memory> =>
  new Map(hits.flatMap(({ memory, context }) => [memory, ...context]).map((memory) => [memory.id, memory]));

/** Searches, and tells listeners what was found. What was erased meanwhile is out. */
async function retrieve(ctx: MemoryContext, lease: Lease, ask: CheckedAsk, projectId: string): Promise<Retrieved> {
  const filter = { ...ask.search.filter, projectId };
  const isWritten = (ask.model ?? ctx.generator.defaultModel) !== null;
  const maxTokens = ask.search.maxTokens ?? (isWritten ? CONTEXT_TOKENS : null);
  const request = { ...ask.search, filter, maxTokens, query: ask.question, ...ask.payer };
  const { embedder, vector } = listenToVector(ctx.embedder);
  const search = await searchMemories({ ...ctx, embedder }, request, { type: 'answer', id: lease.id, weight: 1 });
  const evidence = evidenceOf(search);
  const ids = evidence.map(({ memoryId }) => memoryId);
  const there = await ctx.transact((tx) => keepRetrieved(tx, lease, storeSearch(search), ids));
  if (!there) throw lostAnswer();
  const stillThere = evidence.filter(({ memoryId }) => there.includes(memoryId));
  return {
    projectId,
    ask,
    vector: vector(),
    found: memoriesOf(search),
    evidence: readFound(ask.question, stillThere),
  };
}

async function tell(ctx: MemoryContext, lease: Lease, text: string, timeToFirstTokenMs: number | null): Promise<void> {
  if (!(await ctx.transact((tx) => appendDelta(tx, lease, text, timeToFirstTokenMs)))) throw lostAnswer();
}

/** Ids, labels and sizes; never question or text. */
const toEvent = ({ id, projectId, status, groundedness, model, citations }: Answer) => ({
  type: 'answer.completed',
  projectId,
  subject: id,
  payload: { answerId: id, status, groundedness, model, citations: citations.length },
});

const FAILED: Outcome = {
  status: 'FAILED',
  text: '',
  citations: [],
  groundedness: 0,
  model: EXTRACTIVE,
  degraded: [],
  sourceIds: [],
};

/** What is kept of a failure; what nobody foresaw is told as INTERNAL and stays in the log. */
function toAnswerError(error: unknown): AnswerError {
  if (!isPlatformError(error))
    return { code: 'INTERNAL', message: 'The answer could not be made; ask again.', details: {} };
  const details: Record<string, JsonValue> = JSON.parse(JSON.stringify(error.details));
  return { code: error.code, message: error.message, details };
}

/** Ends the answer as `outcome` says; one that was cancelled or erased meanwhile stays as it is. Null: it was erased. */
async function finish(
  ctx: MemoryContext,
  lease: Lease,
  outcome: Outcome,
  error: AnswerError | null,
  from: number,
): Promise<Answer | null> {
  return ctx.transact(async (tx) => {
    const ended = await finishAnswer(tx, lease, { ...outcome, error, tookMs: performance.now() - from });
    if (!ended) return (await findAnswers(tx, [lease.id]))[0] ?? null;
    await recordEvent(tx, toEvent(ended));
    return ended;
  });
}

/**
 * Makes an answer that `lease` holds, to its end, whoever still listens: search, words, citations. Its steps are frames that
 * listeners read, in whichever process they are.
 *
 * @returns the answer as it ended: also as FAILED, with its error, or CANCELLED
 * @throws NOT_FOUND when it was erased meanwhile
 */
export async function makeAnswer(
  ctx: MemoryContext,
  lease: Lease,
  ask: CheckedAsk,
  projectId: string,
  stopping: AbortSignal,
): Promise<Answer> {
  const from = performance.now();
  const work = async (signal: AbortSignal): Promise<Outcome> => {
    const heard = { ...ctx, signal };
    const retrieved = await retrieve(heard, lease, ask, projectId);
    const told = (text: string) => tell(ctx, lease, text, performance.now() - from);
    const writing = { answerId: lease.id, projectId, ask, found: retrieved.evidence, tell: told };
    if (!(await isByMeaning(heard, ask))) return writeAnswer(heard, signal, writing);
    const given = await answerByMeaning(heard, retrieved, lease.id);
    if (given) {
      await told(given.text);
      return given;
    }
    const outcome = await writeAnswer(heard, signal, writing);
    await keepAnswer(heard, retrieved, lease.id, outcome);
    return outcome;
  };
  const made = await whileHeld(ctx, lease, stopping, work).then(
    (outcome) => finish(ctx, lease, outcome, null, from),
    (thrown: unknown) => {
      const error = stopping.aborted ? stopping.reason : thrown;
      if (!isPlatformError(error)) ctx.logger.error({ err: error, answerId: lease.id }, 'an answer failed');
      return finish(ctx, lease, FAILED, toAnswerError(error), from);
    },
  );
  if (!made) throw new PlatformError('NOT_FOUND', 'The answer was erased while it was made.', { answerId: lease.id });
  return made;
}
