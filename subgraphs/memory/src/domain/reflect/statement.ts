import { analyserOf, stopWordsOf, wordTerm } from '../../engine/analyser.ts';
import { detectLanguage } from '../../engine/language.ts';
import { foldedWords } from '../../engine/words.ts';
import { type Evidence, sayer, sentencesOf } from '../answer/evidence.ts';
import { topicTerms } from '../answer/terms.ts';

/** A sentence of a reflection, and the memories that it rests on. */
export interface Stated {
  readonly text: string;
  readonly sourceIds: readonly string[];
}

/** What a group of memories has in common. */
export interface Statement {
  /** One line. */
  readonly summary: string;
  readonly sentences: readonly Stated[];
}

const MOST_WORDS = 5;
const MOST_HIGHLIGHTS = 3;
const ALIKE = 0.7;
/** Shorter ones are mostly exclamations. */
const LEAST_LETTERS = 4;
const LEAST_WORDS = 2;

/** Words that most of the memories share, as they are written most often, rarest first. */
function sharedWords(
  members: readonly Evidence[],
  language: string,
  rarity: (term: number) => number,
): { words: string[]; terms: Set<number> } {
  const analyser = analyserOf(language);
  const names = new Set(members.flatMap(({ speaker }) => foldedWords(speaker ?? '')));
  const stopWords = stopWordsOf(analyser);
  const seen = new Map<number, { in: Set<number>; written: Map<string, number> }>();
  for (const [at, { content }] of members.entries())
    for (const word of content.match(/[\p{L}\p{N}]+/gu) ?? []) {
      const [folded = ''] = foldedWords(word);
      if (folded.length < LEAST_LETTERS || stopWords.has(folded) || names.has(folded)) continue;
      const term = wordTerm(folded, analyser);
      const known = seen.get(term) ?? { in: new Set(), written: new Map() };
      known.in.add(at);
      known.written.set(word, (known.written.get(word) ?? 0) + 1);
      seen.set(term, known);
    }
  const shared = [...seen]
    .filter(([, { in: members_ }]) => members_.size >= Math.max(2, members.length / 3))
    .map(([term, { in: within, written }]) => ({ term, weight: within.size * rarity(term), written }))
    .sort((a, b) => b.weight - a.weight || a.term - b.term)
    .slice(0, MOST_WORDS);
  const words = shared.map(({ written }) => [...written].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '');
  return { words, terms: new Set(shared.map(({ term }) => term)) };
}

interface Highlight {
  readonly text: string;
  readonly memoryId: string;
  readonly terms: ReadonlySet<number>;
  readonly score: number;
}

/** Sentences that say most of what is shared; long ones say more, questions say nothing. */
function highlights(
  members: readonly Evidence[],
  language: string,
  shared: ReadonlySet<number>,
  rarity: (term: number) => number,
): Highlight[] {
  const all = members.flatMap((member) =>
    sentencesOf(member).flatMap(({ start, end }): Highlight[] => {
      const sentence = member.content.slice(start, end);
      const terms = topicTerms(sentence, language);
      if (/[?？؟]["'”’)]*$/.test(sentence)) return [];
      const score = [...terms].reduce((sum, term) => sum + rarity(term) * (shared.has(term) ? 2 : 0.25), 0);
      return [{ text: `${sayer(member)}${sentence}`, memoryId: member.memoryId, terms, score }];
    }),
  );
  const chosen: Highlight[] = [];
  for (const candidate of all.sort((a, b) => b.score - a.score)) {
    if (chosen.length >= MOST_HIGHLIGHTS) break;
    const repeats = chosen.some(
      ({ terms, memoryId }) =>
        memoryId === candidate.memoryId ||
        [...candidate.terms].filter((term) => terms.has(term)).length >= ALIKE * candidate.terms.size,
    );
    if (!repeats) chosen.push(candidate);
  }
  return chosen;
}

const HEADS: Readonly<Record<string, (count: number, when: string, words: string) => string>> = {
  en: (count, when, words) => `${count} memories ${when} have in common: ${words}.`,
  pl: (count, when, words) => `Wspomnienia ${when} (${count}) łączy: ${words}.`,
};

function timeOf(members: readonly Evidence[]): string {
  const days = members.map(({ occurredAt }) => occurredAt.toISOString().slice(0, 10)).sort();
  const [first = '', last = ''] = [days[0], days.at(-1)];
  return first === last ? first : `${first} – ${last}`;
}

/**
 * States what memories have in common, without a language model: the words that they share, and the sentences that say most
 * of them, each with who said it. Highlights rather than insight; extractive summaries of talk do no better than its longest
 * turns (ROUGE-1 .293 against .289 on QMSum). Null: they share less
 * than two words.
 */
export function stateByExtraction(members: readonly Evidence[], rarity: (term: number) => number): Statement | null {
  const language = detectLanguage(members.map(({ content }) => content).join(' '));
  const { words, terms } = sharedWords(members, language, rarity);
  if (words.length < LEAST_WORDS) return null;
  const head = HEADS[language] ?? HEADS.en;
  const summary = head?.(members.length, timeOf(members), words.join(', ')) ?? '';
  const said = highlights(members, language, terms, rarity).map(({ text, memoryId }) => ({
    text,
    sourceIds: [memoryId],
  }));
  return { summary, sentences: [{ text: summary, sourceIds: members.map(({ memoryId }) => memoryId) }, ...said] };
}
