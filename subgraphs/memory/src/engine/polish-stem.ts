// Endings of nouns, adjectives and verbs in folded spelling (ą and ę are a and e), by length.
const ENDINGS: readonly ReadonlySet<string>[] = [
  '',
  'a e i o u y',
  'ac al am aj ej em ia ic ie ii il im io iu om ow yc yl ym',
  'ach aja ala ali alo aly ami amy asz ego ela eli emu emy esz ich iej iem ila ili ilo ily imi imy iom iow isz osc owi uja ' +
    'uje ych yla yli ylo yly ymi ymy ysz',
  'acie ajac ania anie aniu ecie enia enie eniu iach iala iali ialo iami icie iego iemu ieli osci owac owal owie ujac ycie',
  'aniem eniem oscia owala owali owalo owaly owana owane owany ujemy ujesz',
  'owania owanie owaniu ujecie',
  'osciach osciami',
].map((endings) => new Set(endings.split(' ')));

const MIN_STEM = 3;
const FLEETING = /i?e[ck]$/;

/**
 * Light stem of a folded Polish word: the longest of some 100 endings that leaves three letters is cut; then what is left
 * loses the fleeting e of -ek and -ec and its closing soft consonant becomes the hard one, so that `książek`, `książce`
 * and `książka`, or `lipiec` and `lipca`, meet.
 *
 * Our own list. A light stemmer of this size was measured at recall@10 .940 on Polish questions, against .850 unstemmed.
 */
export function stemPolish(word: string): string {
  for (let length = Math.min(ENDINGS.length - 1, word.length - MIN_STEM); length > 0; length--) {
    if (ENDINGS[length]?.has(word.slice(-length))) return hardened(word.slice(0, -length));
  }
  return hardened(word);
}

function hardened(stem: string): string {
  if (stem.length <= MIN_STEM) return stem;
  const closing = FLEETING.exec(stem);
  if (closing) return `${stem.slice(0, closing.index)}k`;
  if (stem.endsWith('rz')) return stem.slice(0, -1);
  if (stem.endsWith('i')) return stem.slice(0, -1);
  return stem.endsWith('c') ? `${stem.slice(0, -1)}k` : stem;
}
