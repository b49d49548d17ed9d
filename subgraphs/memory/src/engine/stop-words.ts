const listOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/**
 * 143 English words that carry no topic, in the folded form of `foldedWords`: "don't" is two words there. What is left of "won't"
 * is none of them: it reads as the past of "win", which asks for more than it disturbs.
 */
export const ENGLISH_STOP_WORDS = listOf(
  `a about above after again all am an and any are as at be because been before being below between both but by can
could did do does doing down during each few for from further had has have having he her here hers herself him himself
his how i if in into is it its itself just me more most my myself no nor not now of off on once only or other our ours
ourselves out over own same she should so some such than that the their theirs them themselves then there these they
this those through to too under until up very was we were what when where which while who whom why will with would you
your yours yourself yourselves s t d m re ve ll don didn doesn isn wasn aren couldn wouldn hasn haven hadn`,
);

/** Polish words that carry no topic, folded. */
export const POLISH_STOP_WORDS = listOf(
  `a aby ach acz aczkolwiek albo ale alez ani az bardziej bardzo bez bo bowiem by byc byl byla byli bylo byly bym bys
bysmy bede bedzie beda cie ciebie co cokolwiek cos czasem czemu czy czyli dla dlaczego dlatego do dosc dzis gdy gdyby
gdyz gdzie gdziekolwiek gdzies go i ich ile im iz ja jak jaka jakas jakby jaki jakich jakie jakiej jakiego jakim jakis
jako jakos je jednak jego jej jemu jesli jest jestem jestes jestesmy jezeli juz kazdy kiedy kims kto ktokolwiek ktora
ktore ktorego ktorej ktory ktorych ktorym ktorzy ktos ku lub ma maja mam mamy masz mi mial miala mieli mna mnie moga
mogl mogla moi moim moj moja moje moze mozna mu my na nad nam nami nas nasi nasz nasza nasze naszego naszych natomiast
nawet nia nic nich nie niech niego niej niemu nim nimi niz no o obok od ode oko okolo on ona one oni ono oraz oto po
pod podczas pomimo ponad poniewaz poza prawie przeciez przed przede przedtem przez przy rowniez sa sam sama sie skad
sobie soba swoj swoja swoje swego swoim swoich ta tak taka taki takich takie takze tam te tego tej temu ten teraz tez to
toba tobie totez tu tutaj twoi twoim twoj twoja twoje twym ty tych tylko tym u w wam wami was wasz wasza wasze we wedlug
wiec wlasnie wszyscy wszystkich wszystkie wszystkim wszystko wy z za zas ze zeby znow znowu zostal zostala zostali`,
);
