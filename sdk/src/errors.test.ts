import { describe, expect, test } from '@jest/globals';
import { ERROR_CODES } from '@rae/kernel';
import { toError } from './answer.ts';
import { ERRORS, NetworkError, RaeError } from './errors.ts';

const received = { status: 200, retryAfter: null, now: 0 };
const read = (extensions: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  toError([{ message: 'No.', extensions, ...more }], received);

/** NOT_FOUND is NotFoundError. */
const nameOf = (code: string) =>
  `${code.toLowerCase().replaceAll(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())}Error`;

describe('errors of the client', () => {
  test('there is one class for each of the platform’s codes, and for no other', () => {
    expect(Object.keys(ERRORS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
    expect(new Set(Object.values(ERRORS)).size).toBe(Object.keys(ERRORS).length);
  });

  test.each(Object.entries(ERROR_CODES))(
    '%s comes as the class of its name and as a RaeError',
    (code, { retryable }) => {
      const error = read({ code });
      expect(error).toBeInstanceOf(RaeError);
      expect(error.constructor).toBe(Object.entries(ERRORS).find(([known]) => known === code)?.[1]);
      expect(error).toMatchObject({ name: nameOf(code), code, message: 'No.', retryable });
      expect(error.constructor.name).toBe(nameOf(code));
    },
  );

  test('a code that a newer server has comes as a RaeError with that code', () => {
    const error = read({ code: 'TOO_LATE', retryable: true });
    expect(error.constructor).toBe(RaeError);
    expect(error).toMatchObject({ code: 'TOO_LATE', retryable: true, name: 'RaeError' });
  });

  test.each(['constructor', '__proto__', 'toString'])('the code %s is a code like any unknown one', (code) => {
    expect(read({ code }).constructor).toBe(RaeError);
  });

  test('what the server says of being retryable goes before what its code says', () => {
    expect(read({ code: 'CONFLICT', retryable: true }).retryable).toBe(true);
    expect(read({ code: 'TIMEOUT', retryable: false }).retryable).toBe(false);
  });

  test('an error without a code is INTERNAL, and one without a message has words of its own', () => {
    expect(read({}).code).toBe('INTERNAL');
    expect(toError([null], received)).toMatchObject({
      code: 'INTERNAL',
      message: 'The server does not say what went wrong.',
    });
  });

  test('of several errors the one that another attempt would not mend is thrown, else the first', () => {
    const errors = (...codes: string[]) =>
      toError(
        codes.map((code) => ({ message: code, extensions: { code } })),
        received,
      );
    expect(errors('TIMEOUT', 'NOT_FOUND', 'CONFLICT').code).toBe('NOT_FOUND');
    expect(errors('TIMEOUT', 'RATE_LIMITED').code).toBe('TIMEOUT');
  });

  test('a NetworkError is a retryable RaeError of no answer', () => {
    expect(new NetworkError('No.')).toBeInstanceOf(RaeError);
    expect(new NetworkError('No.')).toMatchObject({
      name: 'NetworkError',
      code: 'NETWORK_ERROR',
      retryable: true,
      details: {},
      traceId: null,
      path: null,
      data: null,
      status: null,
    });
  });
});
