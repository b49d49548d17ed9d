// Writes a row and its event in one transaction after another, 4 at a time, and says each subject when it is committed.
import { recordEvent } from '@rae/events';
import { enqueue } from '@rae/jobs';
import { testCaller } from '@rae/testkit';
import { openStack } from '../lib/open-stack.ts';

const [, , place = '', tenantId = '', prefix = ''] = process.argv;
const stack = await openStack(JSON.parse(place));
const caller = testCaller(tenantId);

async function write(lane: number): Promise<never> {
  for (let n = 0; ; n++) {
    const subject = `${prefix}-${lane}-${n}`;
    await stack.as(caller, async (tx) => {
      await enqueue(tx, { kind: 'test.written', subject, payload: {} });
      await recordEvent(tx, { type: 'test.written', projectId: null, subject, payload: {} });
    });
    console.log(subject);
  }
}

await Promise.all([0, 1, 2, 3].map(write));
