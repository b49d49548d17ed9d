import { describe, expect, test } from '@jest/globals';
import { readVariables, renderTemplate } from './prompt-template.ts';

describe('readVariables', () => {
  test('gives each name once, in order, with blanks inside the braces or not', () => {
    expect(readVariables('{{b}} {{ a }} {{b}} {c} }}')).toEqual(['b', 'a']);
    expect(readVariables('none')).toEqual([]);
  });

  test.each([
    ['{{user-name}}', 0],
    ['a {{}}', 2],
    ['{{a}} {{b', 6],
    ['{{{{a}}', 0],
    ['{{1a}}', 0],
  ])('refuses %s, naming position %i', (template, position) => {
    expect(() => readVariables(template)).toThrow(`a {{ at position ${position} that begins no variable`);
  });

  test('refuses 101 variables', () => {
    const template = Array.from({ length: 101 }, (_, n) => `{{v${n}}}`).join('');
    expect(() => readVariables(template)).toThrow('has 101 variables; at most 100 are allowed');
  });
});

describe('renderTemplate', () => {
  const render = (template: string, given: unknown) => renderTemplate(template, readVariables(template), given);

  test('puts texts, numbers and booleans in their places', () => {
    expect(render('{{a}}-{{ b }}-{{c}}-{{a}}', { a: 'x', b: 1.5, c: false })).toBe('x-1.5-false-x');
  });

  test('leaves a value as it is, whatever it looks like: {{b}}, $&, $1 and \\n are text', () => {
    expect(render('{{a}}{{b}}', { a: '{{b}}$&$1\\n', b: '{{a}}' })).toBe('{{b}}$&$1\\n{{a}}');
  });

  test.each([
    ['a missing one', {}, 'variables.a: is missing'],
    ['an unknown one', { a: 1, b: 2 }, 'variables.b: is unknown'],
    ['one that is only inherited', Object.create({ a: 1 }), 'variables.a: is missing'],
    ['__proto__', JSON.parse('{"a": 1, "__proto__": 2}'), 'variables.__proto__: is unknown'],
    ['a list', { a: [1] }, 'variables.a: must be a text, a number or a boolean'],
    ['null', { a: null }, 'variables.a: must be a text, a number or a boolean'],
    ['a list of them', [1], 'variables: must be an object'],
    ['nothing', null, 'variables: must be an object'],
  ])('refuses %s, naming it', (_, given, message) => {
    expect(() => render('{{a}}', given)).toThrow(message);
  });
});
