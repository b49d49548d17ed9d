const WHO = ['Anna', 'Bartek', 'Celia', 'Dawid', 'Ewa', 'Farid', 'Greta', 'Hugo'];
const DID = [
  'moved to',
  'wrote about',
  'asked for',
  'forgot',
  'painted',
  'repaired',
  'sold',
  'promised',
  'cancelled',
  'found',
];
const WHAT = [
  'the blue bicycle',
  'a ticket to Lisbon',
  'her garden plan',
  'the quarterly budget',
  'an old lighthouse',
  'a violin lesson',
  'the hospital form',
  'a recipe for pierogi',
  'the server room key',
  'a letter from Oslo',
];
const WHEN = [
  'yesterday',
  'last spring',
  'on the first of May',
  'before the storm',
  'after lunch',
  'in the night train',
  'two weeks ago',
  'during the meeting',
];

const pick = (list: readonly string[], at: number): string => list[at % list.length] ?? '';

/** A turn of a conversation, different for each number; some 20 words. */
export const textOf = (n: number): string =>
  `${pick(WHO, n)}: I ${pick(DID, Math.floor(n / 8))} ${pick(WHAT, Math.floor(n / 80))} ${pick(WHEN, Math.floor(n / 800))}, and note ${n.toString(36)} says ${pick(WHO, n + 3)} ${pick(DID, n + 5)} ${pick(WHAT, n + 7)}.`;

/** A question about one of them. */
export const questionOf = (n: number): string =>
  `When did ${pick(WHO, n)} say that they ${pick(DID, Math.floor(n / 8))} ${pick(WHAT, Math.floor(n / 80))}?`;
