import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { makeResumable, type ResumableOperation } from './resume.ts';

const schema = buildSchema(`
  type Query { q: Int }
  type Subscription { added(kind: String, after: String): Event! }
  type Event { cursor: String! item: Item }
  type Item { id: ID! size(unit: String): Int }
`);

function rewritten(text: string): ResumableOperation {
  const resumable = makeResumable(text, () => true);
  if (!resumable) throw new Error('not resumable');
  expect(validate(schema, parse(resumable.text))).toEqual([]);
  return resumable;
}

describe('makeResumable', () => {
  test('selects the cursor under an alias of its own and makes after a variable', () => {
    const { text } = rewritten('subscription S__a__0($k:String){added(kind:$k){item{id}}}');
    expect(text.replaceAll(/\s+/g, ' ')).toBe(
      'subscription S__a__0($k: String, $raeAfter: String) { added(kind: $k, after: $raeAfter) { raeCursor: cursor item { id } } }',
    );
  });

  test('starts at the literal, the variable or the default that the client gave as after', () => {
    expect(rewritten('subscription{added(after:"c1"){cursor}}').firstCursor({})).toBe('c1');
    const byVariable = rewritten('subscription($a:String){added(after:$a){cursor}}');
    expect(byVariable.firstCursor({ a: 'c2' })).toBe('c2');
    expect(byVariable.firstCursor({})).toBeNull();
    expect(rewritten('subscription{added{cursor}}').firstCursor({})).toBeNull();
  });

  test('drops the variable of the old after unless something else uses it', () => {
    const alone = rewritten('subscription($a:String){added(after:$a){cursor}}');
    expect(alone.variables({ a: 'c1' }, 'c9')).toEqual({ raeAfter: 'c9' });
    const shared = rewritten('subscription($a:String){added(after:$a kind:$a){item{size(unit:$a)}}}');
    expect(shared.variables({ a: 'c1', other: 1 }, null)).toEqual({ a: 'c1', raeAfter: null });
  });

  test('gives way where the client uses its names', () => {
    const resumable = rewritten('subscription($raeAfter:String){raeCursor:added(kind:$raeAfter){raeCursor_:cursor}}');
    expect(resumable.variables({ raeAfter: 'k' }, 'c1')).toEqual({ raeAfter: 'k', raeAfter_: 'c1' });
    expect(resumable.cursorOf({ raeCursor: { raeCursor__: 'c3', raeCursor_: 'x' } })).toBe('c3');
  });

  test('reads the cursor of an event, and none of one that failed', () => {
    const resumable = rewritten('subscription{x:added{item{id}}}');
    expect(resumable.cursorOf({ x: { raeCursor: 'c1' } })).toBe('c1');
    expect(resumable.cursorOf({ x: null })).toBeNull();
    expect(resumable.cursorOf(null)).toBeNull();
  });

  test('gives null for a root field that cannot be resumed', () => {
    expect(makeResumable('subscription{countdown(from:1)}', (field) => field !== 'countdown')).toBeNull();
  });
});
