import { expect, test } from '@jest/globals';
import { namesIn } from './bridge-phrases.ts';

test('names are runs of capitalised words that the question does not hold, without what begins sentences', () => {
  expect(
    namesIn('The film was made by Sofia Coppola. She lives in New York with Roman.', 'Who made the film?'),
  ).toEqual(['Sofia Coppola', 'New York', 'Roman']);
  expect(namesIn('W Krakowie spotkała Annę Nowak i Bank of Ireland.', 'Kogo spotkała?')).toEqual([
    'Krakowie',
    'Annę Nowak i Bank of Ireland',
  ]);
  expect(namesIn('Sofia Coppola lives in Paris.', 'Where does Sofia Coppola live?')).toEqual(['Paris']);
});

test('a text without names has none, and of a long one the first 12 count', () => {
  expect(namesIn('nothing here to follow', 'x')).toEqual([]);
  const many = Array.from({ length: 40 }, (_, at) => `said Ab${at} and`).join(' ');
  expect(namesIn(many, 'x')).toHaveLength(12);
  expect(namesIn('A'.repeat(65_536), 'x')).toHaveLength(1);
});
