import { describe, expect, test } from '@jest/globals';
import { badInput, ERROR_CODES, PlatformError } from '@rae/kernel';
import { GraphQLError } from 'graphql';
import { createErrorFormatter } from './format-error.ts';
import { createLogger } from './logger.ts';

function format(error: unknown, extensions: Record<string, unknown> = {}) {
  const lines: { level: string; err?: { message: string } }[] = [];
  const formatError = createErrorFormatter(
    createLogger('debug', { write: (line) => void lines.push(JSON.parse(line)) }),
  );
  const message = error instanceof Error ? error.message : 'unknown';
  return { answer: formatError({ message, path: ['memory'], extensions }, error), lines };
}

/** As graphql-js hands on what a resolver threw. */
const thrown = (error: Error) => new GraphQLError(error.message, { originalError: error });

describe('errors that leave a server', () => {
  test('a refusal keeps code, message and details, says if it may be retried, and is not logged', () => {
    const { answer, lines } = format(thrown(badInput('input.content', 'must not be empty', { limit: 1 })));
    expect(answer).toEqual({
      message: 'input.content: must not be empty',
      path: ['memory'],
      extensions: {
        code: 'BAD_USER_INPUT',
        retryable: false,
        details: { field: 'input.content', limit: 1 },
        traceId: null,
      },
    });
    expect(lines).toEqual([]);
  });

  test('a refusal is found through two layers of GraphQL errors', () => {
    const error = new PlatformError('DEPENDENCY_UNAVAILABLE', 'The database does not answer.');
    const { answer } = format(thrown(thrown(error)));
    expect(answer.extensions).toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE', retryable: true });
  });

  test('an error that is no refusal is answered as INTERNAL without its message, and logged whole, once', () => {
    const { answer, lines } = format(thrown(new Error('relation "memory.memories" does not exist')));
    expect(answer.extensions).toMatchObject({ code: 'INTERNAL', retryable: false, details: {} });
    expect(JSON.stringify(answer)).not.toContain('relation');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'error', err: { message: 'relation "memory.memories" does not exist' } });
  });

  test.each(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE', 'BAD_REQUEST'])(
    '%s of Apollo Server is BAD_USER_INPUT and keeps its message',
    (code) => {
      const { answer } = format(new GraphQLError('Syntax Error'), { code });
      expect(answer.message).toBe('Syntax Error');
      expect(answer.extensions?.code).toBe('BAD_USER_INPUT');
    },
  );

  test('an error that a subgraph formatted already keeps its code, details and trace id', () => {
    const extensions = { code: 'RATE_LIMITED', retryable: true, details: { limit: 60 }, traceId: 'abc' };
    expect(format(new GraphQLError('Too many requests.'), extensions).answer.extensions).toEqual(extensions);
  });

  test('INTERNAL of a subgraph stays masked, keeps its trace id, and is not logged a second time', () => {
    const { answer, lines } = format(new GraphQLError('select *'), { code: 'INTERNAL', traceId: 'abc' });
    expect(answer.extensions).toEqual({ code: 'INTERNAL', retryable: false, details: {}, traceId: 'abc' });
    expect(answer.message).not.toContain('select');
    expect(lines).toEqual([]);
  });

  test('where retryable is not said, the table of codes says it', () => {
    const codes = Object.entries(ERROR_CODES).filter(([code]) => code !== 'INTERNAL');
    for (const [code, { retryable }] of codes)
      expect(format(new GraphQLError('no'), { code }).answer.extensions?.retryable).toBe(retryable);
  });
});
