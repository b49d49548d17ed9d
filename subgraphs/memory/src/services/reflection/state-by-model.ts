import type { Spend } from '@rae/kernel';
import { toEvidence } from '../../domain/answer/evidence.ts';
import { groundStatement } from '../../domain/reflect/ground.ts';
import { REFLECTION_SYSTEM, reflectionPrompt } from '../../domain/reflect/prompt.ts';
import type { ReflectionDraft } from '../../domain/reflect/reflection.ts';
import type { MemoryContext } from '../memory-context.ts';
import { askModel, WITHIN_MS } from './ask-model.ts';

const OUTPUT_TOKENS = 512;

/** What a model makes of a draft; reason null: it wrote it, else why the draft stays as it was. */
export interface Restated {
  readonly draft: ReflectionDraft;
  readonly reason: string | null;
  /** False: a budget refused the call before it was made. */
  readonly called: boolean;
}

async function restate(
  ctx: MemoryContext,
  draft: ReflectionDraft,
  focus: string | null,
  spend: Spend,
  deadline: AbortSignal,
): Promise<Restated> {
  const evidence = draft.members.map((memory) => toEvidence(memory, 0));
  const prompt = reflectionPrompt(evidence, focus);
  const request = { system: REFLECTION_SYSTEM, prompt, maxOutputTokens: OUTPUT_TOKENS };
  const answer = await askModel(ctx, request, spend, deadline);
  if ('reason' in answer) return { draft, ...answer };
  const { text, model } = answer;
  const statement = groundStatement(text, evidence);
  if (statement) return { draft: { ...draft, statement, model }, reason: null, called: true };
  return { draft, reason: `The memories support no sentence of what ${model} wrote.`, called: true };
}

/**
 * States drafts in the words of the configured language model, all at once: of what it writes the sentences stay that the
 * memories they cite support. A model that is away, that a budget refuses, or that writes nothing supported leaves a draft as
 * it was, and says why. Called only where a model is configured.
 *
 * @throws CANCELLED when the caller is gone
 */
export function stateByModel(
  ctx: MemoryContext,
  drafts: readonly ReflectionDraft[],
  focus: string | null,
  spend: Spend,
): Promise<Restated[]> {
  const deadline = AbortSignal.timeout(WITHIN_MS);
  return Promise.all(drafts.map((draft) => restate(ctx, draft, focus, spend, deadline)));
}
