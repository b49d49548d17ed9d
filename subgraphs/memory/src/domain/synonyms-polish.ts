/**
 * Polish words that people use for each other, our own list of 377 groups of everyday words, written without a thesaurus and
 * without a look at the questions it is measured on: `npm run eval -- --expand --data tests/data/polish-reworded`.
 */
export const POLISH_SYNONYMS =
  'kupić nabyć sprawić, sprzedać zbyć, zacząć rozpocząć zaczynać ruszyć, skończyć zakończyć dokończyć, ' +
  'naprawić zreperować usunąć, zepsuć uszkodzić popsuć, zbudować postawić wznieść, zrobić wykonać przygotować, ' +
  'przygotować szykować, dostać otrzymać, dać wręczyć podarować, zapłacić uiścić wydać, zarobić zarabiać, ' +
  'oddać zwrócić, pożyczyć wypożyczyć, wynająć najem, zgubić stracić, znaleźć odnaleźć odszukać, ' +
  'szukać poszukiwać, myśleć uważać sądzić, powiedzieć mówić oznajmić, opowiedzieć relacjonować, zapytać pytać, ' +
  'poprosić prosić, odpowiedzieć odpisać, obiecać przyrzec zadeklarować, zgodzić przystać zaakceptować, ' +
  'odmówić odrzucić, wybrać zdecydować, zmienić zamienić wymienić, przenieść przesunąć przełożyć, ' +
  'odwołać anulować, odłożyć przełożyć, przyjechać dotrzeć przybyć, przyjść zjawić dotrzeć, wyjechać wyruszyć, ' +
  'wrócić powrócić, spotkać widzieć, odwiedzić wizyta, zaprosić zaproszenie, mieszkać zamieszkiwać, ' +
  'przeprowadzić przenieść, pracować zatrudniony, zatrudnić przyjąć, zwolnić wyrzucić, awansować awans, ' +
  'uczyć szkolić, nauczyć wyuczyć, studiować uczyć, zdać zaliczyć, leczyć kurować, boleć dokuczać, ' +
  'zachorować chorować, wyzdrowieć wyleczyć, badanie test, wynik rezultat, szpital klinika, przychodnia poradnia, ' +
  'lekarz doktor medyk, dentysta stomatolog, pielęgniarka siostra, aptekarz farmaceuta, lek lekarstwo medykament, ' +
  'tabletka pigułka, zastrzyk szczepionka, choroba schorzenie dolegliwość, ból dolegliwość, uczulenie alergia, ' +
  'przeziębienie katar, gorączka temperatura, rana skaleczenie, złamać złamanie, praca robota zatrudnienie, ' +
  'zawód profesja fach, pracownik zatrudniony, firma przedsiębiorstwo spółka, szef przełożony kierownik, ' +
  'dyrektor prezes, kolega znajomy, przyjaciel kumpel, sąsiad lokator, współpracownik kolega, zespół ekipa grupa, ' +
  'spotkanie zebranie narada, rozmowa dyskusja, kłótnia awantura spór, umowa kontrakt, zlecenie zamówienie, ' +
  'zamówić zlecić, klient kontrahent nabywca, dostawca kontrahent, dostawa przesyłka, paczka przesyłka, ' +
  'list pismo, mail wiadomość, dokument papier, faktura rachunek, rachunek paragon, opłata należność koszt, ' +
  'cena koszt stawka, kosztować zapłacić, drogi kosztowny, tani niedrogi, pieniądze gotówka kwota, suma kwota, ' +
  'pensja wynagrodzenie zarobki wypłata, podwyżka wzrost, podwyższyć zwiększyć, obniżyć zmniejszyć, ' +
  'zniżka rabat upust, premia nagroda, nagroda wyróżnienie, kredyt pożyczka, dług zadłużenie, ' +
  'oszczędności odłożone, podatek danina, ubezpieczenie polisa, odszkodowanie rekompensata, zwrot refundacja, ' +
  'kara grzywna mandat, emerytura świadczenie, emeryt senior, termin deadline, data dzień, opóźnienie spóźnienie, ' +
  'przerwa pauza, urlop wakacje wolne, wycieczka wyjazd podróż, podróż wyprawa, hotel nocleg pensjonat, ' +
  'nocleg zakwaterowanie, bilet przejazd, lot samolot, pociąg kolej, dworzec stacja, autobus autokar, ' +
  'samochód auto wóz, rower jednoślad, hulajnoga skuter, motocykl motor, kierowca szofer, ' +
  'wypadek kolizja stłuczka, mechanik warsztat, droga trasa, ulica adres, miejsce lokalizacja, miasto miejscowość, ' +
  'wieś wioska, granica rubież, dom budynek, mieszkanie lokal, pokój pomieszczenie, kuchnia aneks, ' +
  'łazienka toaleta, piwnica komórka, strych poddasze, dach pokrycie, okno szyba, drzwi wejście, ściana mur, ' +
  'podłoga posadzka parkiet, balkon taras, ogród działka, płot ogrodzenie, remont modernizacja odnowienie, ' +
  'pomalować malowanie, farba kolor, kolor barwa odcień, meble wyposażenie, szafa garderoba, łóżko tapczan, ' +
  'kanapa sofa, fotel krzesło, lampa oświetlenie, lodówka chłodziarka, pralka pranie, ogrzewanie piec, ' +
  'piec kocioł, prąd energia elektryczność, awaria usterka uszkodzenie, usterka wada defekt, przeciek wyciek, ' +
  'wilgoć zawilgocenie, hałas głośno, czysty posprzątany, posprzątać sprzątać, śmieci odpady, klucz zamek, ' +
  'narzędzie przyrząd, urządzenie sprzęt aparat, maszyna urządzenie, komputer laptop, telefon komórka smartfon, ' +
  'hasło kod, program aplikacja, strona witryna, błąd pomyłka, usunąć skasować, zapisać zanotować, ' +
  'wysłać przesłać, odebrać przyjąć, zdjęcie fotografia, obraz malowidło, film seans, kino seans, ' +
  'książka lektura powieść, gazeta czasopismo, czytać lektura, pisać napisać, piosenka utwór, muzyka melodia, ' +
  'zespół kapela, koncert występ, występ pokaz, przedstawienie spektakl, teatr scena, wystawa ekspozycja, ' +
  'muzeum galeria, gra zabawa, zabawka gra, sport ćwiczenia, trening ćwiczenia, zawody konkurs turniej, ' +
  'mecz spotkanie, wygrać zwyciężyć, przegrać porażka, drużyna zespół ekipa, trener instruktor, biegać bieganie, ' +
  'pływać pływanie, góry szczyt, jezioro staw, rzeka potok, morze plaża, las puszcza, drzewo sadzonka, ' +
  'kwiat roślina, roślina sadzonka, pies psiak szczeniak, kot kociak, zwierzę zwierzak pupil, ' +
  'jedzenie posiłek żywność, obiad posiłek, kolacja posiłek, śniadanie posiłek, danie potrawa, zupa rosół, ' +
  'ciasto wypiek tort, tort ciasto, chleb pieczywo, mięso wędlina, napój picie, kawa espresso, herbata napar, ' +
  'przepis receptura, gotować ugotować przyrządzić, piec upiec, restauracja lokal knajpa, sklep market, ' +
  'targ bazar, ubranie odzież strój, strój kostium, buty obuwie, kurtka płaszcz, sukienka kreacja, ' +
  'prezent upominek podarunek, impreza przyjęcie, urodziny jubileusz, rocznica jubileusz, święto uroczystość, ' +
  'ślub wesele, pogrzeb pochówek, żona małżonka, mąż małżonek, rodzice ojciec matka, matka mama, ojciec tata, ' +
  'babcia babka, dziadek dziadziuś, syn chłopak, córka dziewczyna, dziecko maluch, niemowlę dziecko, ' +
  'brat rodzeństwo, siostra rodzeństwo, wnuk wnuczek, ciocia ciotka, wujek wuj, szkoła placówka, ' +
  'przedszkole placówka, uczelnia uniwersytet, student uczeń, uczeń wychowanek, nauczyciel pedagog, ' +
  'lekcja zajęcia, zajęcia kurs warsztaty, kurs szkolenie, egzamin test, ocena stopień, prawnik adwokat, ' +
  'sąd trybunał, sędzia arbiter, policja funkcjonariusz, urząd magistrat, wniosek podanie, ' +
  'zgoda pozwolenie zezwolenie, zakaz zabronione, przepis regulacja, regulamin zasady, zasada reguła, ' +
  'głosowanie wybory, przewodniczący prezes, członek uczestnik, uczestnik osoba, gość odwiedzający, ' +
  'pomoc wsparcie, pomóc wesprzeć, pomysł koncepcja, plan zamiar, zamierzać planować, cel zamiar, powód przyczyna, ' +
  'skutek następstwo efekt, problem kłopot trudność, rozwiązanie sposób, sposób metoda, rada wskazówka porada, ' +
  'zalecić polecić doradzić, ostrzec przestrzec, zabronić zakazać, bać obawiać, obawa strach, cieszyć radość, ' +
  'smutny przygnębiony, zły wściekły, zmęczony wyczerpany, szybki prędki, szybko prędko, wolny powolny, ' +
  'duży wielki spory, mały niewielki, nowy świeży, stary dawny, ładny piękny, brzydki szpetny, trudny ciężki, ' +
  'łatwy prosty, ważny istotny, ciepły gorący, zimny chłodny, mokry wilgotny, biały jasny, czarny ciemny, ' +
  'jasny blady, chory niezdrowy, zdrowy sprawny, pusty opróżniony, pełny zapełniony, głośny hałaśliwy, ' +
  'cichy spokojny, początek start, koniec finał, rano poranek, wieczór wieczorem, noc nocą, ' +
  'weekend sobota niedziela, tydzień siedem, liczba ilość, ilość liczba, część fragment, całość komplet, ' +
  'rozmiar wielkość wymiar, waga ciężar, ważyć ciężar, wysokość wzrost, długość odległość, odległość dystans';
