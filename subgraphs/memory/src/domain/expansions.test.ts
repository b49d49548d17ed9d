import { describe, expect, test } from '@jest/globals';
import { expandAcronyms, explainedAcronyms } from './acronyms.ts';
import { withSynonyms } from './synonyms.ts';

describe('acronyms', () => {
  test('are read from “long form (SHORT)” and “SHORT (long form)”, small words left out, in English and Polish', () => {
    expect(explainedAcronyms('We track the key performance indicator (KPI) weekly.')).toEqual([
      { short: 'KPI', long: 'key performance indicator' },
    ]);
    expect(explainedAcronyms('The SLA (service level agreement) is signed.')).toEqual([
      { short: 'SLA', long: 'service level agreement' },
    ]);
    expect(explainedAcronyms('Powstał Instytut Meteorologii i Gospodarki Wodnej (IMGW) w Warszawie.')).toEqual([
      { short: 'IMGW', long: 'Instytut Meteorologii i Gospodarki Wodnej' },
    ]);
  });

  test('what stands in brackets and does not spell out is none', () => {
    expect(explainedAcronyms('the whole town (USA) and a note (see below) and ABC (something else)')).toEqual([]);
  });

  test('a question gets each written the other way, as whole words alone', () => {
    const known = [{ short: 'KPI', long: 'key performance indicator' }];
    expect(expandAcronyms('Which KPI fell?', known, 3)).toEqual(['Which key performance indicator fell?']);
    expect(expandAcronyms('Which Key Performance Indicator fell?', known, 3)).toEqual(['Which KPI fell?']);
    expect(expandAcronyms('Which KPIs fell?', known, 3)).toEqual([]);
  });

  test('64 KiB without an end take no longer than they must', () => {
    expect(explainedAcronyms('word '.repeat(13_000))).toEqual([]);
    expect(explainedAcronyms(`${'A'.repeat(65_000)} (`)).toEqual([]);
  });
});

describe('synonyms', () => {
  test('known words get their synonyms behind them, inflected ones as well, the rest stays', () => {
    expect(withSynonyms('When did she purchase the automobile?', 'en')).toBe(
      'When did she purchase buy the automobile car?',
    );
    expect(withSynonyms('Kiedy był w sklepie z klientem?', 'pl')).toBe(
      'Kiedy był w sklepie market z klientem kontrahent nabywca?',
    );
  });

  test('a question without any, or in a language without a list, has none', () => {
    expect(withSynonyms('Who is Bartholomew?', 'en')).toBeNull();
    expect(withSynonyms('Wo ist das Auto?', 'de')).toBeNull();
  });
});
