import { stemPolish } from '../engine/polish-stem.ts';
import { foldText } from '../engine/words.ts';
import { POLISH_SYNONYMS } from './synonyms-polish.ts';

/**
 * Words that people use for each other, our own small list: everyday verbs and nouns that a question names otherwise than the
 * memory. Large thesauri (WordNet, in four forms) lowered recall on locomo-dev, so this stays small and is used on request only.
 */
const ENGLISH = groupsOf(
  'buy purchase, car automobile, begin start, end finish, repair fix, big large, small little, ill sick, doctor physician, ' +
    'job work, employer company, meeting appointment, holiday vacation, trip journey, house home, flat apartment, child kid, ' +
    'movie film, photo picture, phone telephone, email mail, money cash, price cost, salary pay, boss manager, lawyer attorney, ' +
    'shop store, gift present, choose select, help assist, ask request, answer reply, show display, happy glad, sad unhappy, ' +
    'fast quick, error mistake, bug defect, outage downtime, customer client, contract agreement, deadline due, delete remove, ' +
    'wedding marriage, school college, teacher tutor, physician medic, medicine medication, pain ache, dog puppy, cat kitten, ' +
    'garden yard, bicycle bike, bill invoice, refund reimbursement, autumn fall, hobby pastime, allergy intolerance',
);
const POLISH = groupsOf(POLISH_SYNONYMS);

function groupsOf(list: string): readonly (readonly string[])[] {
  return list.split(', ').map((group) => group.split(' '));
}

const keysOf = (groups: readonly (readonly string[])[], key: (word: string) => string): ReadonlyMap<string, string> => {
  const others = new Map<string, Set<string>>();
  for (const group of groups)
    for (const word of group) {
      const known = others.get(key(word)) ?? new Set();
      for (const other of group) if (key(other) !== key(word)) known.add(other);
      others.set(key(word), known);
    }
  return new Map([...others].flatMap(([word, all]) => (all.size === 0 ? [] : [[word, [...all].join(' ')]])));
};

const polishKey = (word: string): string => stemPolish(foldText(word));
/** Plural and past forms that only add letters; others are left as they are. */
const englishKey = (word: string): string => word.replace(/(?<=\w{3})(?:ed|ing|es|s)$/, '').replace(/e$/, '');

const BY_LANGUAGE: ReadonlyMap<string, { key: (word: string) => string; others: ReadonlyMap<string, string> }> =
  new Map([
    ['en', { key: englishKey, others: keysOf(ENGLISH, englishKey) }],
    ['pl', { key: polishKey, others: keysOf(POLISH, polishKey) }],
  ]);

/** The question with its synonyms behind each word that has some in the list; null where none has, or for another language. */
export function withSynonyms(question: string, language: string): string | null {
  const known = BY_LANGUAGE.get(language);
  if (!known) return null;
  const changed = question.replace(/\p{L}+/gu, (word) => {
    const others = known.others.get(known.key(word.toLowerCase()));
    return others === undefined ? word : `${word} ${others}`;
  });
  return changed === question ? null : changed;
}
