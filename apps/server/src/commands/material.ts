import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { MemoryToLoad } from './load-memories.ts';
import { readDocuments, readQuestions } from './read-corpus.ts';
import { toMemories, toMemory } from './to-memory.ts';

/** What the demo loads and asks. */
export interface Material {
  /** Name of the project that it goes into. */
  readonly project: string;
  readonly memories: readonly MemoryToLoad[];
  readonly questions: readonly string[];
}

const PROJECT = 'demo';
const EXAMPLES = fileURLToPath(new URL('../../../../examples', import.meta.url));
const QUESTIONS_OF_A_FOLDER = 6;

const listFiles = async (folder: string, end: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => name.endsWith(end)).toSorted();

async function readConversation(folder: string): Promise<MemoryToLoad[]> {
  const turns: MemoryToLoad[] = [];
  for (const name of await listFiles(folder, '.jsonl'))
    for (const turn of await readDocuments(join(folder, name))) turns.push(toMemory(turn, name));
  return turns;
}

async function readMarkdown(folder: string): Promise<MemoryToLoad[]> {
  const sections: MemoryToLoad[] = [];
  for (const name of await listFiles(folder, '.md'))
    sections.push(...toMemories(await readFile(join(folder, name), 'utf8'), name));
  return sections;
}

/** The conversation and the handbook in examples/: Latarnia, an invented company that builds weather buoys. */
export async function readExamples(): Promise<Material> {
  const turns = await readConversation(join(EXAMPLES, 'conversation'));
  const sections = await readMarkdown(join(EXAMPLES, 'documents'));
  const questions = JSON.parse(await readFile(join(EXAMPLES, 'questions.json'), 'utf8'));
  return { project: PROJECT, memories: [...turns, ...sections], questions: z.array(z.string()).parse(questions) };
}

/**
 * The texts and the first questions of a folder with corpus.jsonl and queries.jsonl, for a project of their own.
 *
 * @throws NOT_FOUND when a file is missing; BAD_USER_INPUT naming file and line
 */
export async function readFolder(folder: string): Promise<Material> {
  const documents = await readDocuments(join(folder, 'corpus.jsonl'));
  const questions = await readQuestions(join(folder, 'queries.jsonl'));
  return {
    project: `${PROJECT} ${basename(resolve(folder))}`,
    memories: documents.map((document) => toMemory(document, 'corpus.jsonl')),
    questions: questions.slice(0, QUESTIONS_OF_A_FOLDER).map(({ text }) => text),
  };
}
