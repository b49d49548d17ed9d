import { describe, expect, test } from '@jest/globals';
import { MOST_CHARACTERS, summarise } from './summarise.ts';

const HARBOUR = `Good morning to all of you. The harbour office of Gdynia opens at eight. What a day it was yesterday!
Ships of more than 40 metres announce themselves to the harbour office by radio on channel 12. Some people like rain.
Is anybody listening to this? The harbour office then tells ships their berth and when the pilot comes aboard.
Lunch was fine. My cousin has a dog, and the dog has a bone, which it found behind a shed in the garden of a neighbour.
Ships that do not announce themselves wait outside of the harbour.`;

describe('the summary of a text', () => {
  test('is made of its own sentences on what it comes back to, in their order, in at most 280 characters', () => {
    const summary = summarise(HARBOUR) ?? '';
    expect(summary).toBe(
      'Ships of more than 40 metres announce themselves to the harbour office by radio on channel 12. ' +
        'The harbour office then tells ships their berth and when the pilot comes aboard. ' +
        'Ships that do not announce themselves wait outside of the harbour.',
    );
    expect(summary.length).toBeLessThanOrEqual(MOST_CHARACTERS);
  });

  test('is null for 280 characters, and there for 281', () => {
    expect(summarise('a '.repeat(140))).toBeNull();
    expect(summarise(`${'a '.repeat(140)}b`)).not.toBeNull();
  });

  test.each([
    ['one sentence without an end', `Keel ${'rope and anchor '.repeat(60)}`, /^Keel rope .*[a-z]…$/],
    ['one word', 'x'.repeat(60_000), /^x{279}…$/],
    ['questions alone', 'Where is the rope and who has it? '.repeat(12), /^Where is the rope and who has it\?$/],
    ['emoji alone', '😀'.repeat(300), /^(?:😀)+…$/],
    ['blanks', ' '.repeat(400), /^/],
  ])('of %s is cut to at most 280 characters', (_, content, pattern) => {
    const summary = summarise(content) ?? '';
    expect(summary).toMatch(pattern);
    expect(summary.length).toBeLessThanOrEqual(MOST_CHARACTERS);
  });

  test('says nothing twice, however often the text does', () => {
    expect(summarise('Ships announce themselves to the office. '.repeat(20))).toBe(
      'Ships announce themselves to the office.',
    );
  });

  test('of Polish is Polish', () => {
    const text = `Dzień dobry. Prom do Karlskrony odpływa codziennie o 21:00 z Gdyni. Było miło. Zapomniałem, co jeszcze chciałem dodać.
Na prom do Karlskrony trzeba przyjść godzinę wcześniej. Pogoda nie była taka zła, jak się wszyscy obawiali od rana. Kawa też była dobra.
Prom zabiera także rowery i psy, o ile są zgłoszone wcześniej.`;
    expect(summarise(text)).toContain('Prom do Karlskrony odpływa codziennie o 21:00 z Gdyni.');
  });
});
