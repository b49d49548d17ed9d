import { describe, expect, test } from '@jest/globals';
import { answerOnce, createWireCutter } from './wire.ts';

const text = (value: string) => Buffer.from(`${value}\0`);
const message = (type: string, body: Buffer = Buffer.alloc(0)) => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
};
const startup = (code: number, body: Buffer = Buffer.alloc(0)) => {
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, body]);
};

const START = startup(196_608, text('user\0postgres\0'));
const EXTENDED = ['P', 'B', 'D', 'E', 'S'].map((type) => message(type, text(type.repeat(9))));
const FLUSHED = [message('P', text('select 1')), message('H')];
const QUERY = message('Q', text('select 1'));
const COPIED = [message('d', Buffer.alloc(300)), message('c')];
const GOODBYE = message('X');

/** What a cutter makes of the bytes when they come in these pieces. */
function cut(pieces: Buffer[]) {
  const cutter = createWireCutter();
  const found = pieces.map((piece) => cutter.push(piece));
  return {
    batches: found.flatMap(({ batches }) => batches),
    encryption: found.filter(({ encryption }) => encryption).length,
    terminated: found.filter(({ terminated }) => terminated).length,
  };
}

describe('the wire cutter', () => {
  const bytes = Buffer.concat([START, ...EXTENDED, ...FLUSHED, QUERY, ...COPIED, GOODBYE]);
  const expected = {
    batches: [START, Buffer.concat(EXTENDED), Buffer.concat(FLUSHED), QUERY, Buffer.concat(COPIED)],
    encryption: 0,
    terminated: 1,
  };

  test(`gives 5 batches that end where the server answers, wherever ${bytes.length} bytes are split in two`, () => {
    for (let at = 0; at <= bytes.length; at++)
      expect(cut([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
  });

  test('gives the same when every byte comes alone', () => {
    expect(cut([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  test('gives the statements before a goodbye along with it', () => {
    const cutter = createWireCutter();
    cutter.push(START);
    expect(cutter.push(Buffer.concat([QUERY, GOODBYE]))).toEqual({
      batches: [QUERY],
      encryption: false,
      terminated: true,
    });
  });

  test.each([
    ['TLS', 80_877_103],
    ['GSS', 80_877_104],
  ])('tells that a client asks for %s, and takes its start afterwards', (_, code) => {
    const cutter = createWireCutter();
    expect(cutter.push(startup(code))).toEqual({ batches: [], encryption: true, terminated: false });
    expect(cutter.push(START)).toEqual({ batches: [START], encryption: false, terminated: false });
  });
});

describe('an answer', () => {
  const ready = (state: string) => message('Z', Buffer.from(state));
  const error = message('E', text('C22012\0'));

  test.each(['I', 'T', 'E'])('with a second ReadyForQuery (%s) at its end is given without it', (state) => {
    expect(answerOnce(Buffer.concat([error, ready(state), ready(state)]))).toEqual(
      Buffer.concat([error, ready(state)]),
    );
  });

  test.each([
    ['with one', [error, ready('E')]],
    ['that is one alone', [ready('I')]],
    ['with a row that looks like one', [message('D', ready('I')), message('C', text('SELECT 1')), ready('I')]],
    ['without one', [message('1')]],
    ['that is empty', []],
  ])('%s stays as it is', (_, messages) => {
    expect(answerOnce(Buffer.concat(messages))).toEqual(Buffer.concat(messages));
  });
});
