import { type EventStream, toStream } from '@rae/events';
import { badInput, ERROR_CODES, isErrorCode, isUuid, PlatformError } from '@rae/kernel';
import type { Answer, AnswerFrame } from '../../domain/answer/answer.ts';
import { answerTopic, readFrames } from '../../queries/answer-frames.ts';
import type { MemoryContext } from '../memory-context.ts';
import { type AskRequest, type CheckedAsk, checkAsk } from './answer-request.ts';
import { claim, startAnswer, unlessFailed } from './ask.ts';
import { readAnswer } from './get-answer.ts';

/** One step of an answer, with the answer as it stood then. */
export interface HeardFrame extends AnswerFrame {
  readonly cursor: string;
  readonly answer: Answer;
}

/** An answer that ended longer ago is no longer heard, but read by its id. */
const HEARD_FOR_MS = 600_000;
/** Behind the hints, which may be lost. */
const POLL_MS = 250;
const LIST = 'askStream';
/** Behind all frames that there are: the place of an end that nobody wrote. */
const LAST_SEQ = 2 ** 31 - 1;

interface Place {
  readonly answerId: string;
  readonly seq: number;
}

const encode = (ctx: MemoryContext, { answerId, seq }: Place): string =>
  ctx.cursors.encode(ctx.caller.tenantId, LIST, [answerId, seq]);

function decode(ctx: MemoryContext, cursor: string): Place {
  const [answerId, seq] = ctx.cursors.decode(ctx.caller.tenantId, LIST, cursor);
  if (!isUuid(answerId) || typeof seq !== 'number') throw badInput('after', 'this is not a cursor of askStream');
  return { answerId, seq };
}

/** Resolves with a hint, after the poll's time, or when the listener leaves. */
function createWait(ctx: MemoryContext, answerId: string, signal: AbortSignal) {
  let go: (() => void) | null = null;
  let hinted = false;
  const hint = () => {
    hinted = true;
    go?.();
  };
  const stop = ctx.wakeUp.subscribe(answerTopic(answerId), hint);
  signal.addEventListener('abort', hint);
  return {
    stop,
    async next(): Promise<void> {
      const timer = setTimeout(hint, POLL_MS);
      if (!hinted) await new Promise<void>((resolve) => (go = resolve));
      clearTimeout(timer);
      hinted = false;
      go = null;
    },
  };
}

const read = (ctx: MemoryContext, { answerId, seq }: Place) =>
  ctx.read(async (tx) => {
    const answer = await readAnswer(tx, answerId); // before its frames: a frame that ends it is never missed
    return { answer, frames: await readFrames(tx, answerId, seq) };
  });

async function* follow(ctx: MemoryContext, from: Place, signal: AbortSignal): AsyncGenerator<HeardFrame, void, void> {
  const wait = createWait(ctx, from.answerId, signal);
  let place = from;
  try {
    while (!signal.aborted) {
      const { answer, frames } = await read(ctx, place);
      for (const frame of frames) {
        place = { ...place, seq: frame.seq };
        if (frame.kind === 'COMPLETED') {
          yield { ...frame, cursor: encode(ctx, place), answer: unlessRefused(await reread(ctx, answer)) };
          return;
        }
        yield { ...frame, cursor: encode(ctx, place), answer };
      }
      if (frames.length > 0) continue;
      if (answer.status !== 'RUNNING') {
        // Where its process died no frame tells of the end.
        const end = { ...place, seq: LAST_SEQ };
        if (answer.status === 'FAILED' && answer.error === null && place.seq < LAST_SEQ)
          yield { seq: LAST_SEQ, kind: 'COMPLETED', text: '', cursor: encode(ctx, end), answer };
        return;
      }
      await wait.next();
    }
  } finally {
    wait.stop();
  }
}

/** What asking again may mend is told as the answer's failure; a refusal ends the stream with its code. */
const unlessRefused = (answer: Answer): Answer =>
  isErrorCode(answer.error?.code) && !ERROR_CODES[answer.error.code].retryable ? unlessFailed(answer) : answer;

/** A frame that ends it may have come after the answer was read. */
const reread = async (ctx: MemoryContext, answer: Answer): Promise<Answer> =>
  answer.status === 'RUNNING' ? ctx.readOnce((tx) => readAnswer(tx, answer.id)) : answer;

function checkHeard(ctx: MemoryContext, { finishedAt }: Answer): void {
  if (finishedAt && ctx.clock.now().getTime() - finishedAt.getTime() > HEARD_FOR_MS)
    throw new PlatformError('CURSOR_EXPIRED', 'The answer ended more than 10 minutes ago; read it by its id.', {
      field: 'after',
    });
}

/** Where a listener with a cursor goes on: at the answer that it names, under whatever key. */
async function resume(ctx: MemoryContext, ask: CheckedAsk, after: string): Promise<Place> {
  const place = decode(ctx, after);
  const answer = await ctx.readOnce((tx) => readAnswer(tx, place.answerId));
  if (answer.question !== ask.question) throw badInput('after', 'is a cursor of an answer to another question');
  checkHeard(ctx, answer);
  return place;
}

async function begin(ctx: MemoryContext, input: AskRequest, ask: CheckedAsk): Promise<Place> {
  const { answerId, projectId, lease } = await claim(ctx, input, ask);
  if (lease)
    startAnswer(ctx, ask, lease, projectId).catch((err: unknown) =>
      ctx.logger.warn({ err, answerId }, 'an answer was not made to its end'),
    );
  else checkHeard(ctx, await ctx.readOnce((tx) => readAnswer(tx, answerId)));
  return { answerId, seq: 0 };
}

/**
 * Asks as `ask` does, and gives the steps of the answer as they are made: what was found, text, and the whole. An equal call
 * under the same key hears the same answer, and `after` goes on behind a step, for 10 minutes after the end; a listener that
 * leaves does not stop it.
 *
 * @throws as `ask`, but never CONFLICT; CURSOR_EXPIRED for an answer that ended longer ago
 */
export async function hearAnswer(
  ctx: MemoryContext,
  input: AskRequest,
  after: string | null,
): Promise<EventStream<HeardFrame>> {
  const ask = await checkAsk(ctx, input);
  const place = after === null ? await begin(ctx, input, ask) : await resume(ctx, ask, after);
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(ctx.signal ? [ctx.signal] : [])]);
  return toStream(follow(ctx, place, signal), encode(ctx, place), left);
}
