export { createInProcessCallCounter } from './call-counter/in-process.ts';
export { createRedisCallCounter } from './call-counter/redis.ts';
export type { ConsumerDefinition } from './consume-partition.ts';
export { type Consumer, type ConsumerOptions, createConsumer } from './consumer.ts';
export { type LogEvent, type NewEvent, PARTITIONS, partitionOf, wakeReaders } from './event.ts';
export { type EventStream, mapStream, toStream } from './event-stream.ts';
export { createEventFeed, type EventFeed, type FeedOptions, type FeedRequest } from './feed.ts';
export { countDaysAhead, dropLogDays, LEAST_DAYS_AHEAD, makeLogDays, settleEpoch } from './log-keeper.ts';
export type { ReadWith } from './partition-reader.ts';
/** SQL of the log's epoch, as a value: another one means that transaction ids began anew. */
export const LOG_EPOCH_SQL = '(select epoch from platform.event_log)';
export { comparePositions, decodeCursor, type EventPosition, encodeCursor, LOG_START } from './position.ts';
export { recordEvent, recordEvents } from './record-events.ts';
export { openRedisScripts, type RedisScript, type RedisScripts, type RedisScriptsOptions } from './redis-scripts.ts';
export { repeat } from './repeat.ts';
export { createInProcessWakeUp } from './wake-up/in-process.ts';
export { createRedisWakeUp } from './wake-up/redis.ts';
