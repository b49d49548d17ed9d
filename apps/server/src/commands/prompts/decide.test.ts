import { describe, expect, test } from '@jest/globals';
import { baseOf, decidePull, decidePush } from './decide.ts';

const ONE = { template: 'one', version: 1 };
const TWO = { template: 'two', version: 2 };
const AT_ONE = baseOf(ONE);

describe('pulling', () => {
  test.each([
    ['no file is WRITTEN', null, ONE, undefined, 'WRITTEN'],
    ['a file that is the newest version is UNCHANGED', 'two', TWO, AT_ONE, 'UNCHANGED'],
    ['a file as it was pulled is UPDATED', 'one', TWO, AT_ONE, 'UPDATED'],
    ['a file that was changed here alone is KEPT', 'mine', ONE, AT_ONE, 'KEPT'],
    ['a file that was changed here and there is a CONFLICT', 'mine', TWO, AT_ONE, 'CONFLICT'],
    ['a file that was never a version is a CONFLICT', 'mine', ONE, undefined, 'CONFLICT'],
  ])('%s', (_, text, newest, base, done) => {
    expect(decidePull(text, newest, base)).toBe(done);
  });
});

describe('pushing', () => {
  test.each([
    ['a file without a prompt is MADE', 'one', undefined, undefined, 'MADE'],
    ['a file that is the newest version is UNCHANGED', 'two', TWO, AT_ONE, 'UNCHANGED'],
    ['a file that was changed here alone is SAVED', 'mine', ONE, AT_ONE, 'SAVED'],
    ['a file that the server has gone on from is BEHIND', 'one', TWO, AT_ONE, 'BEHIND'],
    ['a file that was changed here and there is a CONFLICT', 'mine', TWO, AT_ONE, 'CONFLICT'],
    ['a file that was never a version is a CONFLICT', 'mine', ONE, undefined, 'CONFLICT'],
  ])('%s', (_, text, newest, base, done) => {
    expect(decidePush(text, newest, base)).toBe(done);
  });
});
