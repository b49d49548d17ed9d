// Does the same 40 things under the same keys as its twin does, and says what came of each.
import { once } from '@rae/database';
import { uuidv7 } from '@rae/kernel';
import { testCaller } from '@rae/testkit';
import { openStack } from '../lib/open-stack.ts';

const [, , place = '', tenantId = ''] = process.argv;
const stack = await openStack(JSON.parse(place));
const caller = testCaller(tenantId);
for (let n = 0; n < 40; n++) {
  const { result, replayed } = await stack.as(caller, (tx) =>
    once(tx, { field: 'createThing', key: `key ${n}`, input: n }, async () => {
      const id = uuidv7();
      const insert = 'insert into platform.projects (id, tenant_id, name, created_at) values ($1, $2, $3, now())';
      await tx.query(insert, [id, caller.tenantId, `thing ${n}`]);
      return id;
    }),
  );
  console.log(`${n} ${result} ${replayed}`);
}
await stack.close();
