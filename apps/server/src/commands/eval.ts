import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { badInput } from '@rae/kernel';
import type { Client, RetrievalSignal } from '@rae/sdk';
import { withServer } from './connect.ts';
import { corpusIdOf } from './load-memories.ts';
import { loadProject } from './load-project.ts';
import { type AskedQuestion, formatLatency, formatScores } from './print-scores.ts';
import { createProgress } from './progress.ts';
import { type Corpus, readCorpus } from './read-corpus.ts';
import { runCommand } from './run-command.ts';
import { toMemory } from './to-memory.ts';
import { waitForVectors } from './wait-for-vectors.ts';

const USAGE = 'npm run eval -- --data <folder> [--limit <questions>] [--signals LEXICAL,VECTOR] [--expand] [--hops 2]';
const SIGNALS: readonly RetrievalSignal[] = ['LEXICAL', 'VECTOR', 'GRAPH', 'RECENCY', 'IMPORTANCE'];
/** Hits that are asked for: the deepest measure looks at so many. */
const DEPTH = 20;

interface Settings {
  readonly folder: string;
  /** The first so many questions; null: all. */
  readonly limit: number | null;
  /** Null: as the engine judges. */
  readonly signals: readonly RetrievalSignal[] | null;
  /** Asks with `expandQuery`. */
  readonly expand: boolean;
  /** Rounds: `hops` of the search. */
  readonly hops: number;
}

function readSignals(given: string): RetrievalSignal[] {
  return given.split(',').map((name) => {
    const signal = SIGNALS.find((known) => known === name.trim().toUpperCase());
    if (!signal) throw badInput('--signals', `takes ${SIGNALS.join(', ')} with commas, not “${name}”`);
    return signal;
  });
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      limit: { type: 'string' },
      signals: { type: 'string' },
      expand: { type: 'boolean', default: false },
      hops: { type: 'string', default: '1' },
    },
  });
  if (!values.data) throw badInput('--data', `takes the folder to evaluate on: ${USAGE}`);
  if (values.limit !== undefined && !/^[1-9]\d*$/.test(values.limit))
    throw badInput('--limit', `takes a number of questions from 1, not “${values.limit}”`);
  if (!/^[1-3]$/.test(values.hops)) throw badInput('--hops', `takes 1, 2 or 3, not “${values.hops}”`);
  return {
    folder: resolve(values.data),
    limit: values.limit === undefined ? null : Number(values.limit),
    signals: values.signals === undefined ? null : readSignals(values.signals),
    expand: values.expand,
    hops: Number(values.hops),
  };
}

/** Numbers over a mixture of two versions would be of neither. */
const refuseForeign = (name: string) => async (ids: readonly string[]) => {
  throw badInput(
    '--data',
    `the project “${name}” holds ${ids.length} documents that corpus.jsonl does not have as they are: it was changed since it was loaded. Evaluate on it under another folder name.`,
  );
};

/** A project for each scope, with its documents and their vectors; the ids of the projects by scope. */
async function loadScopes(client: Client, { documents }: Corpus, { folder, signals }: Settings) {
  const projects = new Map<string, string>();
  for (const [scope, members] of Map.groupBy(documents, (document) => document.scope)) {
    const name = `eval ${basename(folder)} ${scope}`;
    console.error(`Project “${name}”: ${members.length} documents`);
    const wanted = members.map((document) => toMemory(document, 'corpus.jsonl'));
    const { projectId } = await loadProject(client, name, wanted, refuseForeign(name));
    const late = await waitForVectors(client, projectId, signals);
    if (late > 0) console.error(`${late} documents have no vector and are found by words alone.`);
    projects.set(scope, projectId);
  }
  return projects;
}

/** Asks one question after the other, so that the times are of a server that does nothing else. */
async function askAll(
  client: Client,
  { questions, relevant }: Corpus,
  projects: ReadonlyMap<string, string>,
  { signals, expand, hops }: Settings,
) {
  const asked: AskedQuestion[] = [];
  const degraded = new Map<string, number>();
  const progress = createProgress('Questions', questions.length);
  for (const { id, text, scope, category } of questions) {
    const sentAt = performance.now();
    const found = await client.searchMemories({
      query: text,
      filter: { projectId: projects.get(scope) },
      limit: DEPTH,
      signals,
      expandQuery: expand,
      hops,
    });
    const clientMs = performance.now() - sentAt;
    for (const { part, reason } of found.degraded)
      degraded.set(`${part}: ${reason}`, (degraded.get(`${part}: ${reason}`) ?? 0) + 1);
    const ranked = found.hits.map(({ memory }) => corpusIdOf(memory) ?? memory.id);
    asked.push({ ranked, relevant: relevant.get(id) ?? new Set(), category, serviceMs: found.tookMs, clientMs });
    progress.to(asked.length);
  }
  progress.end();
  return { asked, degraded };
}

function describeSettings(
  { folder, limit, signals, expand, hops }: Settings,
  { documents, questions }: Corpus,
  url: string,
): string {
  const scopes = new Set(documents.map(({ scope }) => scope)).size;
  return [
    `data ${basename(folder)}: ${documents.length} documents in ${scopes} ${scopes === 1 ? 'project' : 'projects'}, ${questions.length} questions${limit === null ? '' : ' (the first, by --limit)'}`,
    `${DEPTH} hits a question; signals ${signals?.join(', ') ?? 'as the engine judges'}${expand ? '; questions expanded' : ''}${hops > 1 ? `; ${hops} hops` : ''}; one question at a time; server ${url}`,
    'R@k: share of the relevant documents among the first k. MRR@20: one over the place of the first, 0 beyond 20.',
    'nDCG@10: binary gains. all@10: share of questions with every relevant document among the first 10.',
  ].join('\n');
}

async function evaluate(): Promise<void> {
  const settings = readSettings();
  const whole = await readCorpus(settings.folder);
  const corpus = { ...whole, questions: whole.questions.slice(0, settings.limit ?? undefined) };
  await withServer(async ({ client, url }) => {
    const projects = await loadScopes(client, corpus, settings);
    const { asked, degraded } = await askAll(client, corpus, projects, settings);
    console.log(`${formatScores(asked)}\n\n${formatLatency(asked)}\n\n${describeSettings(settings, corpus, url)}`);
    for (const [reason, times] of degraded) console.log(`degraded in ${times} questions: ${reason}`);
  });
}

await runCommand(USAGE, evaluate);
