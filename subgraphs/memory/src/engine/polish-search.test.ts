import { describe, expect, test } from '@jest/globals';
import { createProjectIndex, finishLoading, loadRows, packLex, packRecord, rank, runAll } from './index.ts';

// Memory, and a question that names it in other grammatical forms.
const PAIRS: readonly (readonly [string, string])[] = [
  ['Anna kupiła w sobotę czerwony rower w sklepie na Kazimierzu.', 'Kto kupował rowery na Kazimierzu?'],
  ['Budżet kampanii reklamowej wynosi czterdzieści tysięcy złotych.', 'Ile wynoszą budżety kampanii reklamowych?'],
  ['Marek pracuje jako lekarz w szpitalu w Gdańsku.', 'W jakim mieście Marek jest lekarzem?'],
  ['Ulubioną książką Ewy jest Lalka Bolesława Prusa.', 'Jakie książki Prusa lubi Ewa?'],
  ['Spotkanie z klientem przełożono na piątek na godzinę dziesiątą.', 'Na kiedy przełożono spotkania z klientami?'],
  ['Tomek ma dwa psy, owczarka i jamnika.', 'Jakiego psa ma Tomek, czy to jamnik?'],
  ['Zosia zdała egzamin na prawo jazdy za drugim razem.', 'Za którym razem Zosia zdawała egzaminy na prawo jazdy?'],
  ['Kod do bramy garażowej zmieniono w zeszłym tygodniu.', 'Kiedy zmieniano kody do bram garażowych?'],
  ['Babcia Helena piecze najlepszy sernik z rodzynkami.', 'Czyj sernik z rodzynką jest najlepszy?'],
  ['Serwer produkcyjny stoi we Frankfurcie i ma osiem rdzeni.', 'Gdzie stoją serwery produkcyjne?'],
  ['Kasia uczy się hiszpańskiego od września.', 'Od kiedy Kasia uczyła się języka hiszpańskiego?'],
  ['Piotr nie je glutenu z powodu celiakii.', 'Dlaczego Piotr unika glutenu, ma celiakię?'],
  ['Faktura za prąd przyszła wyższa o trzydzieści procent.', 'O ile wyższe były faktury za prąd?'],
  [
    'Wakacje spędziliśmy w drewnianym domku nad jeziorem Śniardwy.',
    'Nad jakimi jeziorami spędzaliśmy wakacje w domku?',
  ],
  ['Michał biega co rano pięć kilometrów po parku.', 'Ile kilometrów po parkach biegał Michał?'],
  ['Nowa drukarka w biurze drukuje dwustronnie i skanuje.', 'Która drukarka biurowa skanowała dwustronnie?'],
  ['Córka Agaty gra na skrzypcach w szkolnej orkiestrze.', 'Na czym grała córka Agaty w orkiestrze szkolnej?'],
  ['Umowa najmu mieszkania kończy się w czerwcu przyszłego roku.', 'Kiedy kończą się umowy najmu mieszkań?'],
  ['Robert zgubił portfel w pociągu do Wrocławia.', 'Gdzie Robert gubił portfele, w pociągach?'],
  ['Lodówka firmowa psuje się, serwisant przyjdzie w środę.', 'Kiedy przyjdą serwisanci do lodówki firmowej?'],
  ['Julia maluje obrazy olejne, głównie krajobrazy górskie.', 'Jakie obrazy maluje Julia, czy krajobraz górski?'],
  ['Hasło do sieci gościnnej zmienia się co miesiąc.', 'Jak często zmieniano hasła sieci gościnnych?'],
  ['Dziadek służył w marynarce wojennej na okręcie Burza.', 'Na jakich okrętach marynarki służył dziadek?'],
  ['Projekt nowej strony internetowej prowadzi Karolina Nowak.', 'Kto prowadził projekty stron internetowych?'],
  ['Sąsiad hoduje pszczoły i sprzedaje miód lipowy.', 'Kto sprzedawał miody lipowe i ma pszczołę?'],
  ['Krzysztof rzucił palenie dwa lata temu po chorobie serca.', 'Kiedy Krzysztof rzucał palenie?'],
  ['Klucze zapasowe leżą w szufladzie pod oknem w kuchni.', 'W których szufladach leży klucz zapasowy?'],
  ['Magda jest uczulona na orzechy i mleko.', 'Na jaki orzech uczulenie ma Magda?'],
  ['Samolot do Lizbony odlatuje o szóstej rano z Modlina.', 'O której odlatują samoloty do Lizbony?'],
  ['Wojtek naprawia stare zegary po godzinach pracy.', 'Kto naprawiał stary zegar?'],
  ['Ciocia Basia mieszka na wsi pod Lublinem i hoduje kury.', 'Gdzie mieszkała ciocia, która miała kurę?'],
  ['Kurs programowania w Pythonie zaczyna się w poniedziałek.', 'Kiedy zaczynały się kursy programowania?'],
  ['Paweł oszczędza na wymianę okien w mieszkaniu.', 'Na co oszczędzał Paweł, na nowe okno?'],
  ['Zebranie wspólnoty dotyczyło remontu dachu i windy.', 'Czego dotyczyły zebrania wspólnoty, dachów?'],
  ['Oliwia wygrała szkolny konkurs recytatorski wierszem Tuwima.', 'Czyim wierszem Oliwia wygrywała konkursy?'],
  ['Samochód służbowy ma przegląd ważny do marca.', 'Do kiedy ważne są przeglądy samochodów służbowych?'],
  ['Syn Doroty chce zostać strażakiem albo kosmonautą.', 'Czy syn Doroty myślał o kosmonautach?'],
  ['Dostawca kawy podniósł ceny ziaren z Etiopii.', 'Kto podnosił cenę ziarna z Etiopii?'],
  ['Grzegorz zbiera znaczki pocztowe z czasów międzywojennych.', 'Jaki znaczek pocztowy zbierał Grzegorz?'],
  ['Teściowa przechodzi rehabilitację po operacji kolana.', 'Jaką operację kolan przechodziła teściowa?'],
  ['Aneta tłumaczy przysięgle z języka szwedzkiego.', 'Z jakich języków tłumaczyła Aneta?'],
  ['W piwnicy stoi rower stacjonarny i stare narty.', 'Gdzie stały stare narty z rowerem stacjonarnym?'],
  ['Bartek przegrał finał turnieju szachowego z Igorem.', 'Z kim Bartek przegrywał finały turniejów szachowych?'],
  ['Firma przenosi biuro na ulicę Długą w listopadzie.', 'Na jakie ulice firmy przeniosą biura?'],
  ['Kot Filemon boi się odkurzacza i burzy.', 'Czego bał się kot, odkurzaczy?'],
  ['Natalia śpiewa w chórze akademickim pierwszym sopranem.', 'W jakich chórach śpiewała Natalia?'],
  [
    'Przepis na bigos dziadek zapisał w niebieskim zeszycie.',
    'W jakich zeszytach dziadek zapisywał przepisy na bigos?',
  ],
  ['Termin oddania raportu kwartalnego minął wczoraj.', 'Kiedy mijały terminy oddawania raportów kwartalnych?'],
];

const ENGLISH = [
  'Caroline went to a support group yesterday and it was powerful.',
  'Melanie painted a lake sunrise last year.',
  'The campaign budget was approved on Monday.',
  'Nate won a video game tournament in Gdańsk.',
];

function loaded(texts: readonly string[]) {
  const index = createProjectIndex(null, texts.length);
  runAll(loadRows(index, Buffer.concat(texts.map((text, i) => packRecord({ mid: i + 1, lex: packLex(text) })))));
  runAll(finishLoading(index, '1:1:'));
  return index;
}

const ranksOf = (texts: readonly string[], questions: readonly string[]) => {
  const index = loaded(texts);
  return questions.map((text, i) => {
    const { hits } = rank(index, { text, vector: null, signals: null, filter: null, limit: 10 });
    return hits.findIndex(({ mid }) => mid === i + 1) + 1;
  });
};

const share = (ranks: readonly number[], k: number) => ranks.filter((r) => r > 0 && r <= k).length / ranks.length;

describe('Polish memories', () => {
  const texts = PAIRS.map(([text]) => text);
  const questions = PAIRS.map(([, question]) => question);

  test('48 questions in other inflections each find their memory first among 48', () => {
    expect(share(ranksOf(texts, questions), 1)).toBe(1);
  });

  test('typed without diacritics they find it in the first 10', () => {
    const plain = questions.map((question) => question.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ł', 'l'));
    expect(share(ranksOf(texts, plain), 10)).toBe(1);
  });

  test('with English memories in the same project they still find their memory in the first 10', () => {
    expect(share(ranksOf([...texts, ...ENGLISH], questions), 10)).toBe(1);
  });
});
