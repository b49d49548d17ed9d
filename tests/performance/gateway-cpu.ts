// CPU of our gateway for each request against that of a bare Apollo Gateway (stock RemoteGraphQLDataSource, Apollo Server
// standalone) over the same two HTTP subgraphs, each in a process of its own, taking turns.
//   node tests/performance/gateway-cpu.ts [--requests 3000] [--rounds 5]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import { option, percentile, printConditions } from './lib/report.ts';

const CONNECTIONS = 16;
const VARIABLE_SETS = 500;
const ITEMS = 8;
const QUERY =
  'query Page($from: Int!, $first: Int!) { items(from: $from, first: $first) { id name owner { id name email } } }';
/** More than this would mean that what the gateway adds costs more than its data source saves. */
const TARGET = 1.15;

const requests = Number(option('requests', '3000'));
const rounds = Number(option('rounds', '5'));

async function start(role: string, urls: readonly string[] = []) {
  const child = fork(new URL('./lib/gateway-processes.ts', import.meta.url), [role, ...urls]);
  const [ports] = await once(child, 'message');
  return { child, urls: ports.map((port: number) => `http://127.0.0.1:${port}`) };
}

async function cpuMs(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [ms] = await once(child, 'message');
  return ms;
}

async function ask(pool: Pool, path: string, n: number): Promise<string> {
  const { statusCode, body } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key' },
    body: JSON.stringify({ query: QUERY, variables: { from: n % VARIABLE_SETS, first: ITEMS } }),
  });
  const text = await body.text();
  if (statusCode !== 200 || text.includes('"errors"')) throw new Error(`${statusCode} ${text}`);
  return text;
}

async function load(pool: Pool, path: string, count: number): Promise<void> {
  let next = 0;
  const client = async () => {
    while (next < count) {
      next += 1;
      await ask(pool, path, next);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
}

interface Candidate {
  readonly child: ChildProcess;
  readonly pool: Pool;
  readonly path: string;
  readonly cpu: number[];
  readonly perSecond: number[];
}

async function measure({ child, pool, path, cpu, perSecond }: Candidate): Promise<void> {
  const [before, from] = [await cpuMs(child), performance.now()];
  await load(pool, path, requests);
  perSecond.push(requests / ((performance.now() - from) / 1_000));
  cpu.push(((await cpuMs(child)) - before) / requests);
}

const median = (values: readonly number[]) => percentile(values, 0.5);
const line = (name: string, { cpu, perSecond }: Candidate) =>
  console.log(
    `${name}: ${median(cpu).toFixed(3)} ms CPU a request (${cpu.map((ms) => ms.toFixed(3)).join(' ')}), ${median(perSecond).toFixed(0)} requests/s`,
  );

const subgraphs = await start('subgraphs');
const candidates = await Promise.all(
  [
    { role: 'ours', path: '/graphql' },
    { role: 'bare', path: '/' },
  ].map(async ({ role, path }): Promise<Candidate> => {
    const { child, urls } = await start(role, subgraphs.urls);
    const pool = new Pool(urls[0], { connections: CONNECTIONS, pipelining: 1 });
    return { child, pool, path, cpu: [], perSecond: [] };
  }),
);
const [ours, bare] = candidates;
if (!ours || !bare) throw new Error('a gateway did not start');
printConditions(`gateway CPU, ${CONNECTIONS} connections, ${requests} requests a round, ${rounds} rounds in turns`);
try {
  const answers = await Promise.all(candidates.map(async ({ pool, path }) => JSON.parse(await ask(pool, path, 1))));
  if (JSON.stringify(answers[0]) !== JSON.stringify(answers[1])) throw new Error('the answers differ');
  for (const { pool, path } of candidates) await load(pool, path, requests);
  for (let round = 0; round < rounds; round += 1) for (const candidate of candidates) await measure(candidate);
  line('our gateway', ours);
  line('bare Apollo Gateway', bare);
  const ratio = median(ours.cpu) / median(bare.cpu);
  console.log(`ratio of the medians: ${ratio.toFixed(2)} (at most ${TARGET})`);
  if (ratio > TARGET) process.exitCode = 1;
} finally {
  for (const { pool } of candidates) await pool.close();
  for (const { child } of [subgraphs, ...candidates]) child.disconnect();
}
