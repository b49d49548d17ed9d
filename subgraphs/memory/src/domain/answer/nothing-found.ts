import { EXTRACTIVE, type Outcome } from './answer.ts';

const SENTENCES: Readonly<Record<string, string>> = {
  en: 'Nothing that is remembered answers this.',
  pl: 'Nic z tego, co jest zapamiętane, na to nie odpowiada.',
  de: 'Nichts, woran ich mich erinnere, beantwortet das.',
  fr: 'Rien de ce qui est mémorisé ne répond à cela.',
  es: 'Nada de lo recordado responde a esto.',
  it: 'Nulla di ciò che è ricordato risponde a questo.',
  pt: 'Nada do que está guardado responde a isto.',
  nl: 'Niets van wat onthouden is, beantwoordt dit.',
  cs: 'Nic z toho, co je zapamatováno, na to neodpovídá.',
  uk: 'Ніщо із запам’ятаного на це не відповідає.',
};

/** Says that nothing was found, in the question's language where it is one of ten, else in English. */
export const nothingFoundText = (language: string): string => SENTENCES[language] ?? SENTENCES.en ?? '';

/** The outcome where nothing that was found speaks of what is asked. */
export const nothingFound = (language: string, model: string = EXTRACTIVE): Outcome => ({
  status: 'NOTHING_FOUND',
  text: nothingFoundText(language),
  citations: [],
  groundedness: 0,
  model,
  degraded: [],
  sourceIds: [],
});
