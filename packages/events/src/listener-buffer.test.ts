import { describe, expect, test } from '@jest/globals';
import type { LogEvent } from './event.ts';
import { createListenerBuffer } from './listener-buffer.ts';

const event = (seq: number): LogEvent => ({
  position: { epoch: 1, tx: '5', seq: String(seq) },
  id: String(seq),
  tenantId: '',
  projectId: null,
  type: seq % 2 ? 'odd' : 'even',
  source: '',
  subject: null,
  actor: '',
  payload: {},
  tags: [],
  traceparent: null,
  causationId: null,
  depth: 0,
  occurredAt: new Date(0),
  recordedAt: new Date(0),
});
const events = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => event(from + n));

describe('what is held for a listener', () => {
  test('is what it wants, up to 512 events', () => {
    const buffer = createListenerBuffer(({ type }) => type === 'odd');
    buffer.add(events(0, 1_024));
    const { events: taken, overflowed } = buffer.take();
    expect([taken.length, taken.at(-1)?.id, overflowed]).toEqual([512, '1023', false]);
    expect(buffer.take().events).toEqual([]);
  });

  test('has no gap when there was more: what no longer fits is left out to its end', () => {
    const buffer = createListenerBuffer(() => true);
    buffer.add(events(0, 500));
    buffer.add(events(500, 513));
    buffer.add(events(513, 514));
    const { events: taken, overflowed } = buffer.take();
    expect([taken.length, overflowed]).toEqual([500, true]);
  });

  test('wakes who waits when there is something, too much, or an end, and not for what nobody wants', async () => {
    const wakes: ((buffer: ReturnType<typeof createListenerBuffer>) => void)[] = [
      (buffer) => buffer.add([event(1)]),
      (buffer) => buffer.add(Array.from({ length: 513 }, () => event(1))),
      (buffer) => buffer.end(),
    ];
    for (const wake of wakes) {
      const buffer = createListenerBuffer(({ type }) => type === 'odd');
      let woken = false;
      const waiting = buffer.wait().then(() => {
        woken = true;
      });
      buffer.add([event(2)]);
      await Promise.resolve();
      expect(woken).toBe(false);
      wake(buffer);
      await waiting;
      await buffer.wait(); // still so
    }
  });
});
