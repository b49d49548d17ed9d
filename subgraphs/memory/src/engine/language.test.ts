import { describe, expect, test } from '@jest/globals';
import { detectLanguage, LANGUAGES } from './language.ts';

describe('detectLanguage', () => {
  test.each([
    ['I went to a support group yesterday and it was so powerful.', 'en'],
    ['Thanks, Mel!', 'en'],
    ['Lech Wałęsa won the Nobel Peace Prize', 'en'],
    ['Was Sammy Hagar or Renaud born first?', 'en'],
    ['Gdzie mieszka Anna?', 'pl'],
    ['budżet kampanii', 'pl'],
    ['moj brat ma psa i lubi sie bawic', 'pl'],
    ['El perro come la comida en la cocina', 'es'],
    ['Die Katze sitzt auf dem Tisch und schläft', 'de'],
    ['Ma nouvelle voiture est rouge', 'fr'],
    ['Привет, как твои дела сегодня?', 'ru'],
    ['今日は天気がいいですね', 'ja'],
    ['12:30 — 45 %', 'und'],
    ['', 'und'],
  ])('%p is %s', (text, language) => {
    expect(detectLanguage(text)).toBe(language);
  });

  test('every code fits a byte and stands once in the list, the first three where rows have them', () => {
    expect(LANGUAGES.slice(0, 3)).toEqual(['und', 'en', 'pl']);
    expect(new Set(LANGUAGES).size).toBe(LANGUAGES.length);
    expect(LANGUAGES.length).toBeLessThan(256);
  });
});
