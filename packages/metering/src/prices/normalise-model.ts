/** A model as the ledger, budgets and prices name it: both in lower case. */
export interface ModelName {
  readonly provider: string;
  readonly model: string;
}

/** Other names that libraries and gateways have for the same provider. */
const PROVIDERS: Readonly<Record<string, string>> = {
  'amazon-bedrock': 'aws',
  amazon: 'aws',
  azure_ai: 'azure',
  'azure-openai': 'azure',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  claude: 'anthropic',
  cohere_chat: 'cohere',
  fireworks_ai: 'fireworks',
  gemini: 'google',
  'google-gla': 'google',
  'google-vertex': 'google',
  mistralai: 'mistral',
  moonshot: 'moonshotai',
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  perplexity_ai: 'perplexity',
  'together-ai': 'together',
  together_ai: 'together',
  togetherai: 'together',
  vertex: 'google',
  vertex_ai: 'google',
  'voyage-ai': 'voyage',
  voyageai: 'voyage',
  xai: 'x-ai',
};

/** Providers whose models bear the maker's name before a slash, which is no provider there. */
const RESELLERS = new Set(['openrouter', 'together', 'groq', 'fireworks', 'novita', 'cloudflare', 'baseten', 'aws']);

/** Names of Bedrock's models begin with their maker, or with a region and their maker. */
const BEDROCK =
  /^(?:(?:us|eu|apac|global|jp|au|us-gov)\.)?(?:anthropic|amazon|meta|mistral|cohere|ai21|deepseek|qwen)\./;

/** Who makes models of such names. */
const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:gpt-|chatgpt-|o[134](?:-|$)|text-embedding-(?:3|ada)|davinci|babbage|whisper-|tts-|codex-)/, 'openai'],
  [/^claude/, 'anthropic'],
  [/^(?:gemini|gemma|text-embedding-00|embedding-00|text-multilingual-embedding)/, 'google'],
  [/^(?:voyage|rerank-(?:2|lite-1)(?:[.-]|$))/, 'voyage'],
  [/^(?:command|embed-|rerank-)/, 'cohere'],
  [/^grok/, 'x-ai'],
  [/^(?:mistral|codestral|ministral|magistral|devstral|pixtral|open-mi[sx]tral)/, 'mistral'],
  [/^deepseek-/, 'deepseek'],
  [/^(?:kimi|moonshot)/, 'moonshotai'],
  [/^glm-/, 'zhipuai'],
];

const renamed = (provider: string): string => {
  const name = provider.trim().toLowerCase();
  return Object.hasOwn(PROVIDERS, name) ? (PROVIDERS[name] ?? name) : name;
};

/** How Google's APIs write the names of their models. */
const GOOGLE_PATH = /^(?:models|publishers\/google\/models)\//;

/** The maker's own spelling: `claude-sonnet-4.5` is sold as `claude-sonnet-4-5`, `models/gemini-…` as `gemini-…`. */
function respell(provider: string, model: string): string {
  if (provider === 'anthropic') return model.replace(/(?<=\d)\.(?=\d)/g, '-');
  return provider === 'google' ? model.replace(GOOGLE_PATH, '') : model;
}

function split(text: string): ModelName {
  const name = text.replace(GOOGLE_PATH, '');
  if (BEDROCK.test(name)) return { provider: 'aws', model: name };
  const slash = name.indexOf('/');
  const first = name.slice(0, slash);
  if (slash > 0) return { provider: renamed(first), model: name.slice(slash + 1) };
  return { provider: MAKERS.find(([pattern]) => pattern.test(name))?.[1] ?? '', model: name };
}

/**
 * One name for a model however it is written: `openai/gpt-4o`, `gemini/gemini-2.5-pro`, `claude-sonnet-4.5`,
 * `us.anthropic.claude-sonnet-4-5-20250929-v1:0`. Names that say what they are called at another provider stay at that
 * provider: `azure/gpt-4o` is sold by azure.
 *
 * @param provider where it is known; otherwise what stands before the first slash, or who makes models of such names
 * @returns provider '' where nothing tells who sells the model; such a model has no price
 */
export function normaliseModel(name: string, provider?: string | null): ModelName {
  const text = name.trim().toLowerCase();
  if (!provider?.trim()) {
    const found = split(text);
    return { provider: found.provider, model: respell(found.provider, found.model) };
  }
  const known = renamed(provider);
  const slash = text.indexOf('/');
  const repeats = slash > 0 && renamed(text.slice(0, slash)) === known && !RESELLERS.has(known);
  return { provider: known, model: respell(known, repeats ? text.slice(slash + 1) : text) };
}
