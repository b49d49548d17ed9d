import { describe, expect, test } from '@jest/globals';
import { foldedWords } from './words.ts';

describe('foldedWords', () => {
  test.each([
    ["Don't stop at 5:30pm, Mel!", ['don', 't', 'stop', 'at', '5', '30pm', 'mel']],
    ['don’t', ['don', 't']],
    ['Zażółć gęślą JAŹŃ w Łodzi', ['zazolc', 'gesla', 'jazn', 'w', 'lodzi']],
    ['Crème brûlée, Straße, Ærø', ['creme', 'brulee', 'strasse', 'aero']],
    ['snake_case ﬁle', ['snake', 'case', 'file']],
    ['Привет, мир', ['привет', 'мир']],
    ['हिन्दी भाषा', ['हिन्दी', 'भाषा']],
    ['iPhone手机电池', ['iphone', '手机', '机电', '电池']],
    ['今日は', ['今日', '日は']],
    ['水', ['水']],
    ['', []],
    ['… — !', []],
  ])('%p is read as %j', (text, words) => {
    expect(foldedWords(text)).toEqual(words);
  });
});
