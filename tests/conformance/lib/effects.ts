import { actAs, actAsWorker } from '@rae/database';
import { type Consumer, createConsumer } from '@rae/events';
import { createMetrics } from '@rae/telemetry';
import { silentLogger } from '@rae/testkit';
import type { Stack } from './open-stack.ts';

/** Where consumers leave a row for each event that they handle; nothing keeps them from leaving two. */
export async function makeEffects({ database }: Stack): Promise<void> {
  const statements = [
    'create schema test',
    'create table test.effects (event_id uuid not null, subject text not null, number bigint generated always as identity)',
    'grant usage on schema test to rae_app',
    'grant insert, select on test.effects to rae_app',
  ];
  for (const statement of statements) await database.pool.query(statement);
}

/** @param onHandled told of each event whose effect is durable */
export const startEffects = (stack: Stack, name: string, type: string, onHandled: (id: string) => void): Consumer =>
  createConsumer(
    {
      name,
      types: [type],
      async handle(tx, { id, subject }) {
        await tx.query('insert into test.effects (event_id, subject) values ($1, $2)', [id, subject]);
        tx.afterCommit(() => onHandled(id));
      },
    },
    {
      transactAsWorker: stack.asWorker,
      actAs,
      actAsWorker,
      wakeUp: stack.wakeUp,
      logger: silentLogger,
      metrics: createMetrics(),
    },
  );
