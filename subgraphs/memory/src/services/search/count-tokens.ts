let counter: ((text: string) => number) | null = null;

/**
 * Counts tokens as OpenAI's o200k_base does (gpt-tokenizer); other models' counts differ by some per cent. The first call loads the
 * vocabulary: .3 s and 75 MB, which a process that never counts does not pay.
 */
export async function tokenCounter(): Promise<(text: string) => number> {
  if (counter) return counter;
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  // Names of control tokens inside a memory are text like any other.
  const asText = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };
  counter = (text) => countTokens(text, asText);
  return counter;
}
