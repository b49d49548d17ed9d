/** A sentence's place in its text, in UTF-16 units, without blanks around it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Words before a full stop that ends no sentence, folded to lower case; English and Polish. */
const ABBREVIATIONS = new Set(
  (
    'mr mrs ms dr prof st vs etc e.g i.e no fig approx jr sr inc ltd co dept est jan feb mar apr jun jul aug sep sept oct nov dec ' +
    'np p m.in tzn tj tzw ok ul al pl os godz min sek tys mln mld zł gr im św inż mgr hab lek nr str rozdz ust art pkt wg itd itp in cd ds'
  ).split(' '),
);

const LAST_WORD = /([\p{L}.]+)\.$/u;
const INITIAL = /^\p{Lu}$/u;
/** A longer word is no abbreviation; a look at so few characters keeps the pattern linear. */
const LOOK_BACK = 12;

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** True when the full stop at the end of `text` belongs to an abbreviation or an initial. */
function endsInAbbreviation(text: string): boolean {
  const word = LAST_WORD.exec(text.slice(-LOOK_BACK))?.[1];
  return word !== undefined && (INITIAL.test(word) || ABBREVIATIONS.has(word.toLowerCase()));
}

/**
 * The sentences of a text, in order: the rules of Unicode (UAX #29, as ICU has them), but a full stop after an abbreviation
 * or an initial, English or Polish, ends none, and each line break does. Blank ones are left out.
 */
export function splitSentences(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  let open = false;
  for (const { segment, index } of segmenter.segment(text)) {
    if (!open) start = index;
    const end = index + segment.length;
    open = !/[\r\n]\s*$/.test(segment.slice(-LOOK_BACK)) && endsInAbbreviation(segment.trimEnd());
    if (!open) spans.push(...trimmed(text, start, end));
  }
  if (open) spans.push(...trimmed(text, start, text.length));
  return spans;
}

function trimmed(text: string, from: number, to: number): Span[] {
  const sentence = text.slice(from, to);
  const start = from + sentence.length - sentence.trimStart().length;
  const end = from + sentence.trimEnd().length;
  return end > start ? [{ start, end }] : [];
}
