import type { JsonValue, Transaction } from '@rae/kernel';

export interface Revision {
  readonly memoryId: string;
  readonly at: Date;
  readonly actor: string;
  readonly change: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
}

const LIST = {
  name: 'revisions_list',
  text: `select memory_id as "memoryId", at, actor, change, before, after from (
      select *, row_number() over (partition by memory_id order by version desc) as place
      from memory.revision where tenant_id = $1 and memory_id = any($2::uuid[])) ranked
    where place <= $3 order by memory_id, version desc`,
};

/** The last `first` changes of each of these memories, newest first. */
export const listRevisions = (tx: Transaction, memoryIds: readonly string[], first: number): Promise<Revision[]> =>
  tx.query<Revision>(LIST, [tx.caller.tenantId, memoryIds, first]);
