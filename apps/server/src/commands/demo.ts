import { parseArgs, styleText } from 'node:util';
import { badInput } from '@rae/kernel';
import type { Client } from '@rae/sdk';
import { type Server, withServer } from './connect.ts';
import { hearWrite } from './hear-write.ts';
import { loadProject } from './load-project.ts';
import { type Material, readExamples, readFolder } from './material.ts';
import { fit, formatHit, LEGEND } from './print-hits.ts';
import { runCommand } from './run-command.ts';
import { waitForVectors } from './wait-for-vectors.ts';

const HITS = 2;
/** Where the output is no terminal. */
const DEFAULT_WIDTH = 100;
/** What is around a question on its line: two spaces and the milliseconds. */
const TIME_WIDTH = 12;

async function load(client: Client, { project, memories }: Material): Promise<string> {
  const dropOld = async (ids: readonly string[]) => {
    for (const id of ids) await client.deleteMemory(id); // texts of another version of the demo would be there twice
  };
  const { projectId, missing, present } = await loadProject(client, project, memories, dropOld);
  const late = await waitForVectors(client, projectId, null);
  console.log(`Project “${project}”: ${missing.length} memories written, ${present} were there already.`);
  if (late > 0) console.log(`${late} of them have no vector yet and are found by words alone.`);
  return projectId;
}

async function ask(client: Client, projectId: string, questions: readonly string[]): Promise<void> {
  const width = process.stdout.columns ?? DEFAULT_WIDTH;
  console.log(styleText('dim', LEGEND));
  for (const query of questions) {
    const { hits, tookMs } = await client.searchMemories({ query, filter: { projectId }, limit: HITS });
    const asked = fit(query, width - TIME_WIDTH);
    console.log(`\n${styleText('cyan', asked)}  ${styleText('dim', `${tookMs.toFixed(1)} ms`)}`);
    console.log(hits.map((hit, at) => formatHit(hit, at + 1, width)).join('\n') || '     nothing found');
  }
}

async function hear(client: Client, projectId: string): Promise<void> {
  const { event, ms } = await hearWrite(client, projectId, 'Somebody ran the demo and heard this memory arrive.');
  console.log(
    `\n${styleText('cyan', 'subscription { memoryCreated { memory { content project { name tenant { name } } } } }')}`,
  );
  console.log(`     heard ${ms.toFixed(0)} ms after the write was sent:`);
  console.log(`     ${event.memory?.content}`);
  console.log(`     in project “${event.memory?.project?.name}” of tenant “${event.memory?.project?.tenant.name}”`);
}

/** What to do next. The Sandbox needs a server that stays. */
function describeNext({ url, startedHere }: Server): string {
  return [
    '\nNext',
    startedHere
      ? '  npm start                        the server, and a Sandbox to ask it in'
      : `  ${url.padEnd(31)}  the Sandbox, in a browser`,
    '  npm run demo -- --data <folder>  the same with texts of your own',
    '  npm run eval -- --data <folder>  how well questions are answered',
    '  docs/quickstart.md               where to go from here',
  ].join('\n');
}

async function demo(): Promise<void> {
  const { values } = parseArgs({ options: { data: { type: 'string' } } });
  if (values.data === '') throw badInput('--data', 'takes a folder');
  const material = values.data === undefined ? await readExamples() : await readFolder(values.data);
  await withServer(async (server) => {
    console.log(`RAE at ${server.url}${server.startedHere ? ', started for this demo' : ''}`);
    const projectId = await load(server.client, material);
    await ask(server.client, projectId, material.questions);
    await hear(server.client, projectId);
    console.log(describeNext(server));
  });
}

await runCommand('npm run demo [-- --data <folder with corpus.jsonl and queries.jsonl>]', demo);
