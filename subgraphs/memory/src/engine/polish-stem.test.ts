import { expect, test } from '@jest/globals';
import { stemPolish } from './polish-stem.ts';
import { foldText } from './words.ts';

test.each([
  'książka książki książce książkę książką książek książkom książkami książkach',
  'kobieta kobiety kobietę kobietą kobiet kobietom kobietami kobietach',
  'dom domu domowi domem domy domów domom domami domach',
  'nowy nowa nowe nowego nowej nowemu nowym nowych nowymi',
  'kupować kupuje kupował kupowała kupowali kupujemy kupują kupiła kupił kupimy kupić',
  'lekarz lekarza lekarzowi lekarzem lekarze lekarzy lekarzom',
  'czerwiec czerwca czerwcu czerwcem',
  'marek marka markowi markiem marku',
  'ulubiony ulubiona ulubione ulubionego ulubionej ulubionych',
  'wolność wolności wolnością',
])('the forms %p share one stem', (forms) => {
  expect(new Set(forms.split(' ').map((form) => stemPolish(foldText(form)))).size).toBe(1);
});

test('three letters are always left, and other words stay apart', () => {
  expect(['a', 'ale', 'psy', 'oczy'].map(stemPolish)).toEqual(['a', 'ale', 'psy', 'ocz']);
  expect(stemPolish('kobieta')).not.toBe(stemPolish('kompas'));
});
