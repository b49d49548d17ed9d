import type { ModelName } from './prices/normalise-model.ts';

/** How many tokens a text has. */
export interface TokenCount {
  readonly tokens: number;
  /** False: counted by the tokenizer of another family of models. */
  readonly exact: boolean;
}

/** Counts the tokens that a text has for a model. */
export type CountTokens = (name: ModelName, text: string) => Promise<TokenCount>;

type Encoding = 'o200k_base' | 'cl100k_base';
type Counter = (text: string) => number;

/** https://github.com/openai/tiktoken, tiktoken/model.py: gpt-4, gpt-3.5 and embeddings before o200k_base. */
const CL100K = /^(?:gpt-4(?!o|\.\d|\d)|gpt-3\.5|text-embedding-(?:3|ada))/;
const OPENAI = new Set(['openai', 'azure']);

/** A run without a break is cut here: encoders take time by the square of its length (2.3 s for 65 536 letters, measured). */
const LONGEST_RUN = 512;

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

/** Where to cut so that no run of spaces, and none without spaces, is longer than LONGEST_RUN; text of words stays whole. */
function cutRuns(text: string): string[] {
  const pieces: string[] = [];
  let [from, run, spaces] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const space = isSpace(text.charCodeAt(at));
    run = space === spaces ? run + 1 : 1;
    spaces = space;
    if (run <= LONGEST_RUN) continue;
    pieces.push(text.slice(from, at));
    [from, run] = [at, 1];
  }
  return [...pieces, text.slice(from)];
}

/** What a text says of itself (`<|endoftext|>`) is text like any other. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };

async function load(encoding: Encoding): Promise<Counter> {
  const { countTokens } =
    encoding === 'o200k_base'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base');
  return (text) => cutRuns(text).reduce((sum, piece) => sum + countTokens(piece, AS_TEXT), 0);
}

/**
 * Counts tokens as models do: those of OpenAI exactly (but for what they wrap around messages), others by OpenAI's newest
 * encoding, which is marked. An encoding takes 0.3 s and some 50 MB (measured), and is loaded by the first text that
 * needs it.
 */
export function createTokenCounter(): CountTokens {
  const loaded = new Map<Encoding, Promise<Counter>>();
  return async ({ provider, model }, text) => {
    const encoding = OPENAI.has(provider) && CL100K.test(model) ? 'cl100k_base' : 'o200k_base';
    const counter = loaded.get(encoding) ?? load(encoding);
    loaded.set(encoding, counter);
    return { tokens: (await counter)(text), exact: OPENAI.has(provider) };
  };
}

/** A margin for tokenizers of other families. Usage beyond what is held is booked in full all the same. */
const OTHER_FAMILIES = 1.5;

/** Tokens to hold before a call: what was counted, or half as much again where another family's tokenizer counted. */
export const tokensToHold = ({ tokens, exact }: TokenCount): number =>
  exact ? tokens : Math.ceil(tokens * OTHER_FAMILIES);
