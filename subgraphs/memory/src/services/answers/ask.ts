import { once } from '@rae/database';
import { projectToWrite } from '@rae/identity';
import { isErrorCode, PlatformError, type Transaction, uuidv7 } from '@rae/kernel';
import { currentTraceId } from '@rae/telemetry';
import type { Answer } from '../../domain/answer/answer.ts';
import type { Lease } from '../../queries/answer-frames.ts';
import { claimAnswer, takeOverAnswer } from '../../queries/claim-answer.ts';
import type { MemoryContext } from '../memory-context.ts';
import { type AskRequest, type CheckedAsk, checkAsk } from './answer-request.ts';
import { readAnswer } from './get-answer.ts';
import { makeAnswer } from './make-answer.ts';

/** An answer that this call makes, or that an equal one made or makes. */
export interface Claimed {
  readonly answerId: string;
  readonly projectId: string;
  /** Null: not this call's to make. */
  readonly lease: Lease | null;
}

/** An answer under a key that failed, or whose process died, is made anew by who asks next. */
async function claimAgain(tx: Transaction, answerId: string): Promise<Claimed> {
  const { status, projectId } = await readAnswer(tx, answerId);
  const lease = { id: answerId, token: uuidv7() };
  const mine = status === 'FAILED' && (await takeOverAnswer(tx, lease));
  return { answerId, projectId, lease: mine ? lease : null };
}

/** Claims the key and writes the answer down, before anything is spent: two equal calls never pay twice. */
export function claim(ctx: MemoryContext, input: AskRequest, ask: CheckedAsk): Promise<Claimed> {
  const { idempotencyKey: key, ...asked } = input;
  return ctx.transact(async (tx) => {
    const projectId = await projectToWrite(tx, ask.project, 'input.projectId');
    const lease = { id: uuidv7(tx.now.getTime()), token: uuidv7() };
    const { result, replayed } = await once(tx, { field: 'ask', key, input: asked }, async () => {
      const { question, payer } = ask;
      const traceId = currentTraceId();
      await claimAnswer(tx, { id: lease.id, projectId, question, ...payer, traceId }, lease.token);
      return { answerId: lease.id };
    });
    return replayed ? claimAgain(tx, result.answerId) : { answerId: lease.id, projectId, lease };
  });
}

/** Starts what was claimed; it goes on when who asked goes away. */
export function startAnswer(ctx: MemoryContext, ask: CheckedAsk, lease: Lease, projectId: string): Promise<Answer> {
  return ctx.answers.run((stopping) => makeAnswer({ ...ctx, signal: null }, lease, ask, projectId, stopping));
}

/** The answer, unless it failed. @throws what it failed with */
export function unlessFailed(answer: Answer): Answer {
  if (answer.status !== 'FAILED') return answer;
  const { code, message, details } = answer.error ?? {};
  throw new PlatformError(
    isErrorCode(code) ? code : 'INTERNAL',
    message ?? 'The process that made the answer ended; ask again.',
    { ...details, answerId: answer.id },
  );
}

/**
 * Answers a question from what is remembered, with citations that are verified; where nothing speaks of it, it says so.
 * Idempotent under its key: a repeat gives the first answer, and makes one anew that failed.
 *
 * @throws BAD_USER_INPUT naming the field; NOT_FOUND for a project that is not there; CONFLICT (retryable) while an equal call
 *   under the same key makes it; BUDGET_EXCEEDED
 */
export async function ask(ctx: MemoryContext, input: AskRequest): Promise<Answer> {
  const checked = await checkAsk(ctx, input);
  const { answerId, projectId, lease } = await claim(ctx, input, checked);
  if (lease) return unlessFailed(await startAnswer(ctx, checked, lease, projectId));
  const answer = await ctx.readOnce((tx) => readAnswer(tx, answerId));
  if (answer.status === 'RUNNING')
    throw new PlatformError(
      'CONFLICT',
      'The answer under this idempotencyKey is still being made; try again, or hear it by askStream.',
      {
        retryable: true,
        answerId,
      },
    );
  return unlessFailed(answer);
}
