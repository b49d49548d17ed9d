import {
  packLex,
  packRecord,
  packVector,
  quantise,
  type RecordInput,
} from '../../../subgraphs/memory/src/engine/index.ts';
import { createRandom } from './random.ts';

/** Made-up memories: turns of 8 to 28 words in sessions of 20, words by Zipf's law, vectors in clusters. */
export interface SyntheticMemories {
  /** Packs of 4 096 rows, as SQL gives them. */
  readonly rows: readonly Buffer[];
  readonly vectors: readonly Buffer[];
  /** Questions made of words of random memories, each with a vector near that memory's. */
  readonly questions: readonly { readonly text: string; readonly vector: Float32Array }[];
}

const PACK = 4_096;
const VOCABULARY = 40_000;
// The commonest words of a chat are left out as stop words: with this a question meets some 20 000 postings in 100 000 turns.
const FIRST_RANK = 5;
const CLUSTERS = 500;
const FUNCTION_WORDS = 'the and you that was for with this have about what when they'.split(' ');

/** The same arguments give the same memories. */
export function makeMemories(count: number, questions: number, dimensions: number, scale: number): SyntheticMemories {
  const random = createRandom(count);
  const words = Array.from({ length: VOCABULARY }, (_, i) => makeWord(i));
  const centres = Array.from({ length: CLUSTERS }, () => randomVector(random, dimensions));
  const texts: string[] = [];
  const rows: Buffer[] = [];
  const vectors: Buffer[] = [];
  for (let from = 0; from < count; from += PACK) {
    const rowPack: Buffer[] = [];
    const vectorPack: Buffer[] = [];
    for (let mid = from + 1; mid <= Math.min(count, from + PACK); mid++) {
      const text = makeText(random, words);
      texts.push(text);
      rowPack.push(packRecord(makeRow(random, mid, text)));
      vectorPack.push(packVector(mid, quantise(near(random, centres[mid % CLUSTERS], dimensions), scale)));
    }
    rows.push(Buffer.concat(rowPack));
    vectors.push(Buffer.concat(vectorPack));
  }
  const asked = Array.from({ length: questions }, () => {
    const at = Math.floor(random() * count);
    return {
      text: makeQuestion(random, texts[at] ?? ''),
      vector: near(random, centres[(at + 1) % CLUSTERS], dimensions),
    };
  });
  return { rows, vectors, questions: asked };
}

function makeRow(random: () => number, mid: number, text: string): RecordInput {
  const speaker = `Speaker${mid % 50}`;
  return {
    mid,
    lex: packLex(text, speaker),
    session: `session-${Math.floor(mid / 20)}`,
    turn: mid % 20,
    speaker,
    agent: `agent-${Math.floor(random() * 10)}`,
    user: `user-${Math.floor(random() * 1_000)}`,
    tags: [`tag-${Math.floor(random() * 100)}`],
    layer: random() < 0.8 ? 1 : 2,
    importance: random(),
    occurredAt: 1_700_000_000_000 + mid * 60_000,
    createdAt: 1_700_000_000_000 + mid * 60_000,
  };
}

const SYLLABLES = 'ba de fi go lu ma ne po ri su ta ve wo xi ka jo'.split(' ');

function makeWord(rank: number): string {
  let word = '';
  for (let rest = rank + 17; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) word += SYLLABLES[rest % 16] ?? '';
  return `${word}n`;
}

function makeText(random: () => number, words: readonly string[]): string {
  const length = 8 + Math.floor(random() * 21);
  return Array.from({ length }, () =>
    random() < 0.4
      ? FUNCTION_WORDS[Math.floor(random() * FUNCTION_WORDS.length)]
      : words[Math.floor(FIRST_RANK * (VOCABULARY / FIRST_RANK) ** random())],
  ).join(' ');
}

function makeQuestion(random: () => number, text: string): string {
  const words = text.split(' ').filter((word) => !FUNCTION_WORDS.includes(word));
  return `what about ${words
    .filter(() => random() < 0.6)
    .slice(0, 8)
    .join(' ')}`;
}

function randomVector(random: () => number, dimensions: number): Float32Array {
  return unit(Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5));
}

function near(random: () => number, centre: Float32Array | undefined, dimensions: number): Float32Array {
  const noise = randomVector(random, dimensions);
  return unit(noise.map((value, i) => value + (centre?.[i] ?? 0)));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
