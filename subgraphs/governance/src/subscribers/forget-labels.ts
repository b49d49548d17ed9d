import { type ConsumerDefinition, recordEvent } from '@rae/events';
import type { JsonValue } from '@rae/kernel';
import { forgetLabels } from '@rae/metering';

const textsOf = (value: JsonValue | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
const textOf = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);
const objectOf = (value: JsonValue | undefined): { [key: string]: JsonValue } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};

/**
 * What memories cost stays in the ledger when they are erased; the words that callers filed it under go. Of an erasure, says
 * how many lines that were, and after its last event that this part of it is done.
 */
export const forgetErased: ConsumerDefinition = {
  name: 'governance.forget-labels',
  types: ['memory.erased'],
  async handle(tx, { projectId, payload: { erasureId, memoryIds, subject, until, last } }) {
    const { userId, agentId, sessionId } = objectOf(subject);
    const removed = await forgetLabels(tx, {
      subjectIds: textsOf(memoryIds),
      userId: textOf(userId),
      agentId: textOf(agentId),
      sessionId: textOf(sessionId),
      until: new Date(textOf(until) ?? tx.now),
    });
    const done = last === true;
    if (typeof erasureId !== 'string' || (removed === 0 && !done)) return;
    const payload = { erasureId, part: 'governance', removed, done };
    await recordEvent(tx, { type: 'erasure.part_done', projectId, subject: erasureId, payload });
  },
};
