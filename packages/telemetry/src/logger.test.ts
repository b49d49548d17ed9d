import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Context, context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { createLogger, currentTraceId, currentTraceparent } from './logger.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

function logTo(lines: Record<string, unknown>[], level = 'debug') {
  return createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) });
}

const inTrace = (traceId: string, spanId: string, traceFlags: number): Context =>
  trace.setSpanContext(context.active(), { traceId, spanId, traceFlags });

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

describe('log lines', () => {
  test('a line is JSON with level, time and message, and the fields given', () => {
    const lines: Record<string, unknown>[] = [];
    logTo(lines).info({ tenant: 't1' }, 'started');
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), tenant: 't1', msg: 'started' },
    ]);
  });

  test("an error is told by type, code, message and stack; a driver's detail, which holds values of rows, is not", () => {
    const lines: Record<string, unknown>[] = [];
    const err = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (content)=(private) exists.' });
    logTo(lines).error({ err }, 'failed');
    expect(lines[0]?.err).toEqual({ type: 'Error', message: 'duplicate key', code: '23505', stack: err.stack });
    expect(JSON.stringify(lines)).not.toContain('private');
  });

  test('a line below the level is not written', () => {
    const lines: Record<string, unknown>[] = [];
    const logger = logTo(lines, 'warn');
    logger.debug({}, 'debug');
    logger.info({}, 'info');
    logger.warn({}, 'warn');
    logger.error({}, 'error');
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  test('a child repeats its fields on every line and keeps those of its parent', () => {
    const lines: Record<string, unknown>[] = [];
    logTo(lines).child({ tenant: 't1' }).child({ actor: 'a1' }).warn({ n: 1 }, 'slow');
    expect(lines[0]).toMatchObject({ tenant: 't1', actor: 'a1', n: 1 });
  });

  test('content, tokens, secrets, headers and authorization are cut out, also one level down', () => {
    const lines: Record<string, unknown>[] = [];
    const hidden = { content: 'x', token: 'x', secret: 'x', headers: { cookie: 'x' }, authorization: 'x' };
    logTo(lines).info({ ...hidden, input: hidden }, 'asked');
    const redacted = Object.fromEntries(Object.keys(hidden).map((name) => [name, '[redacted]']));
    expect(lines[0]).toMatchObject({ ...redacted, input: redacted });
  });

  test('a line carries the trace id of the span that it is written in, and none outside', () => {
    const lines: Record<string, unknown>[] = [];
    const logger = logTo(lines);
    logger.info({}, 'outside');
    context.with(inTrace(TRACE, SPAN, 1), () => logger.info({}, 'inside'));
    expect(lines.map(({ traceId }) => traceId)).toEqual([undefined, TRACE]);
  });
});

describe('the trace that code runs in', () => {
  test('outside of a span there is neither trace id nor traceparent', () => {
    expect([currentTraceId(), currentTraceparent()]).toEqual([null, null]);
  });

  test('traceparent is version 00, trace, span and the flags in two hex digits', () => {
    const found = [0, 1].map((flags) => context.with(inTrace(TRACE, SPAN, flags), currentTraceparent));
    expect(found).toEqual([`00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-01`]);
  });

  test('the all-zero id of a span that is not traced counts as none', () => {
    const untraced = inTrace('0'.repeat(32), '0'.repeat(16), 0);
    expect(context.with(untraced, () => [currentTraceId(), currentTraceparent()])).toEqual([null, null]);
  });
});
