import { detectLanguage } from '../../engine/language.ts';
import type { Memory } from '../memory-row.ts';
import type { Answer } from './answer.ts';
import { namesIn } from './evidence.ts';
import { numbersIn } from './terms.ts';

/** An answer that a model wrote, and what decides whether it is given again. */
export interface KeptMeaning
  extends Pick<Answer, 'id' | 'question' | 'text' | 'citations' | 'groundedness' | 'model' | 'createdAt'> {
  /** Of its question; unit length. */
  readonly vector: Float32Array;
  /** Versions of the memories that it cites, by id. */
  readonly cited: Readonly<Record<string, number>>;
}

/** Questions that are less alike are two. A choice: how often it errs was not measured. */
const LEAST_COSINE = 0.97;

function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 0;
  return a.reduce((sum, x, at) => sum + x * (b[at] ?? 0), 0);
}

/** Names and numbers of a question, in an order of their own: vectors hardly tell 4.2 from 4.3, or Ola from Ala. */
const naming = (question: string): string =>
  JSON.stringify([[...namesIn(question, detectLanguage(question))].sort((a, b) => a - b), numbersIn(question).sort()]);

/** Whether all that it cites was found again as it stood, and nothing was found that came after it. */
function stillHolds({ cited, createdAt }: KeptMeaning, found: ReadonlyMap<string, Memory>): boolean {
  const isNews = [...found.values()].some((memory) => memory.createdAt > createdAt);
  return !isNews && Object.entries(cited).every(([id, version]) => found.get(id)?.version === version);
}

/**
 * The kept answer whose question means what is asked now: cosine of .97 at least, the same names and numbers, and of what it
 * cites nothing changed or left the view of who asks. Null: there is none.
 */
export function findSameMeaning(
  question: string,
  vector: Float32Array,
  found: ReadonlyMap<string, Memory>,
  kept: readonly KeptMeaning[],
): KeptMeaning | null {
  const named = naming(question);
  const alike = kept
    .map((meaning) => ({ meaning, likeness: cosine(meaning.vector, vector) }))
    .filter(({ likeness }) => likeness >= LEAST_COSINE)
    .sort((a, b) => b.likeness - a.likeness);
  const best = alike.find(({ meaning }) => naming(meaning.question) === named && stillHolds(meaning, found));
  return best?.meaning ?? null;
}
