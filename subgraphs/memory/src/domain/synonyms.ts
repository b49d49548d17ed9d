import { stemPolish } from '../engine/polish-stem.ts';
import { foldText } from '../engine/words.ts';

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
const POLISH = groupsOf(
  'kupić nabyć, auto samochód, zacząć rozpocząć, skończyć zakończyć, naprawić zreperować, duży wielki, chory niezdrowy, ' +
    'lekarz doktor, praca robota, firma przedsiębiorstwo, spotkanie zebranie, wakacje urlop, wyjazd podróż, mieszkanie lokal, ' +
    'dziecko maluch, film seans, zdjęcie fotografia, telefon komórka, pieniądze gotówka, cena koszt, pensja wynagrodzenie, ' +
    'szef przełożony, prawnik adwokat, sklep market, prezent upominek, wybrać zdecydować, pomoc wsparcie, odpowiedź replika, ' +
    'błąd pomyłka, awaria usterka, klient kontrahent, umowa kontrakt, termin deadline, usunąć skasować, ślub wesele, ' +
    'nauczyciel pedagog, lek lekarstwo, ból dolegliwość, pies szczeniak, ogród działka, rower jednoślad, rachunek faktura, ' +
    'zwrot refundacja, remont modernizacja, kłótnia awantura, hulajnoga skuter, choroba schorzenie, zebranie narada',
);

function groupsOf(list: string): readonly (readonly string[])[] {
  return list.split(', ').map((group) => group.split(' '));
}

const keysOf = (groups: readonly (readonly string[])[], key: (word: string) => string): ReadonlyMap<string, string> =>
  new Map(
    groups.flatMap((group) => group.map((word, i) => [key(word), group[(i + 1) % group.length] ?? word] as const)),
  );

const polishKey = (word: string): string => stemPolish(foldText(word));
/** Plural and past forms that only add letters; others are left as they are. */
const englishKey = (word: string): string => word.replace(/(?<=\w{3})(?:ed|ing|es|s)$/, '').replace(/e$/, '');

const BY_LANGUAGE: ReadonlyMap<string, { key: (word: string) => string; others: ReadonlyMap<string, string> }> =
  new Map([
    ['en', { key: englishKey, others: keysOf(ENGLISH, englishKey) }],
    ['pl', { key: polishKey, others: keysOf(POLISH, polishKey) }],
  ]);

/** The question with each word that has a synonym in the list changed for it; null where none has, or for another language. */
export function withSynonyms(question: string, language: string): string | null {
  const known = BY_LANGUAGE.get(language);
  if (!known) return null;
  const changed = question.replace(/\p{L}+/gu, (word) => known.others.get(known.key(word.toLowerCase())) ?? word);
  return changed === question ? null : changed;
}
