import { describe, expect, test } from '@jest/globals';
import { bytes, type Field, float, integer, message, text } from './protobuf.ts';

const hex = (field: Field) => Buffer.concat(field).toString('hex');

// The first three are the examples of https://protobuf.dev/programming-guides/encoding.
describe('protocol buffer fields', () => {
  test('150 in field 1 is 08 96 01', () => {
    expect(hex(integer(1, 150))).toBe('089601');
  });

  test('"testing" in field 2 is 12 07 and its letters', () => {
    expect(hex(text(2, 'testing'))).toBe('120774657374696e67');
  });

  test('a message in field 3 that holds 150 in field 1 is 1a 03 08 96 01', () => {
    expect(hex(message(3, [integer(1, 150)]))).toBe('1a03089601');
  });

  test('0 takes one byte, and 2^40 keeps all its bits', () => {
    expect(hex(integer(1, 0))).toBe('0800');
    expect(hex(integer(1, 2 ** 40))).toBe('08808080808020');
  });

  test('a field number above 15 takes a tag of two bytes', () => {
    expect(hex(integer(20, 7))).toBe('a00107');
  });

  test('1.5 in field 2 is its four bytes with the least significant first', () => {
    expect(hex(float(2, 1.5))).toBe('150000c03f');
  });

  test('a run of 300 bytes says its length in two', () => {
    expect(hex(bytes(9, new Uint8Array(300))).slice(0, 6)).toBe('4aac02');
  });
});
