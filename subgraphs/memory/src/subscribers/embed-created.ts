import type { ConsumerDefinition } from '@rae/events';
import { enqueue } from '@rae/jobs';
import { EMBED_MEMORIES } from '../jobs/embed-memories.ts';

/** A memory that was written without its vector gets one: models are not asked inside a transaction, so a job does it. */
export const embedCreated: ConsumerDefinition = {
  name: 'memory.embed-created',
  types: ['memory.created'],
  wants: ({ payload }) => payload.embedded === false,
  async handle(tx, { subject }) {
    if (subject !== null) await enqueue(tx, { kind: EMBED_MEMORIES, subject, payload: {} });
  },
};
