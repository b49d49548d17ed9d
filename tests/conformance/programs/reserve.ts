// Reserves and settles as often as it is told, all at once; with `hang` it reserves once, says the id and waits to be killed.
import { openRedisScripts } from '@rae/events';
import { systemClock } from '@rae/kernel';
import { NO_USAGE } from '@rae/metering';
import { openTestDatabase, openTestMetering, silentLogger, testCaller, testSpend } from '@rae/testkit';

const [, , place = '', tenantId = '', projectId = '', count = '0', redisUrl = ''] = process.argv;
const db = await openTestDatabase(systemClock, JSON.parse(place).url);
const redis = redisUrl
  ? openRedisScripts({ url: redisUrl, logger: silentLogger, away: 'away', answerWithinMs: 5_000 })
  : null;
const metering = openTestMetering(db, systemClock, redis);
const spend = testSpend({ caller: testCaller(tenantId), projectId, userId: 'user', agentId: 'agent' });
const call = { model: 'gpt-4o', inputTokens: 40, maxOutputTokens: 50, leaseSeconds: 1 };
if (redis) while (!redis.isReady()) await metering.chores.sweep();
if (count === 'hang') {
  const { id } = await metering.reserve(spend, call);
  console.log(id);
  setInterval(() => {}, 60_000);
} else {
  const work = async (): Promise<string> => {
    try {
      return (await metering.reserve(spend, { ...call, leaseSeconds: 60 })).id;
    } catch {
      return 'refused';
    }
  };
  const ids = await Promise.all(Array.from({ length: Number(count) }, work));
  for (const id of ids.filter((one) => one !== 'refused'))
    await metering.settle(spend, id, { usage: { ...NO_USAGE, inputTokens: 40, outputTokens: 45 } });
  for (const id of ids) console.log(id);
  await metering.close();
  await db.close();
}
