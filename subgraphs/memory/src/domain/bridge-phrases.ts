/** A name that a memory found leads to, and how much it counts, 0..1. */
export interface BridgePhrase {
  readonly text: string;
  readonly share: number;
}

// A word, or an initial with its stop.
const WORD = String.raw`\p{Lu}(?:\.|[\p{L}\p{N}'’-]*)`;
const NAME = new RegExp(`${WORD}(?:(?: (?:of|the|and|de|von|van|di|i|w|z))? ${WORD}){0,5}`, 'gu');
const EXAMINED_CHARACTERS = 2_048;
const PHRASES_A_TEXT = 12;
/** What begins sentences and names nobody. */
const PLAIN = new Set(
  'the a an he she it they his her its in on at this that these those there when while after before i you we my our is was and but or as for from with by to if so yes no what who where how why w na z do po od to ten ta jest był była ale i oraz nie tak co kto gdzie jak kiedy'.split(
    ' ',
  ),
);

/** The names in a text that the question does not hold, in their order: runs of capitalised words, English or Polish. */
export function namesIn(text: string, question: string): string[] {
  const known = question.toLowerCase();
  const names = new Set<string>();
  for (const [run] of text.slice(0, EXAMINED_CHARACTERS).matchAll(NAME)) {
    const words = run.replace(/[.'’]+$/u, '').split(' ');
    while (words.length > 0 && PLAIN.has((words[0] ?? '').toLowerCase())) words.shift();
    const name = words.join(' ');
    if (name.length > 2 && !known.includes(name.toLowerCase())) names.add(name);
  }
  return [...names].slice(0, PHRASES_A_TEXT);
}
