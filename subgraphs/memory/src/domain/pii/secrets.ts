import type { Finding } from './finding.ts';

/**
 * Keys that their prefix tells. Each begins where no sign of a key stands before it, so that a run of signs is walked once.
 * AWS, Anthropic and OpenAI, GitHub, GitLab, Slack, Google, Stripe, Hugging Face, npm, PyPI, SendGrid, Twilio, DigitalOcean,
 * Shopify, Groq, xAI, Perplexity, Replicate, Voyage, Tavily, Telegram, Standard Webhooks, and our own.
 */
const KEYS = new RegExp(
  `(?<![A-Za-z0-9_-])(?:${[
    '(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}(?![A-Z0-9])',
    'sk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{20,}',
    'gh[pousr]_[A-Za-z0-9]{36,}',
    'github_pat_[A-Za-z0-9_]{22,}',
    'gl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,}',
    'xox[abeprs]-[A-Za-z0-9-]{10,}',
    'AIza[A-Za-z0-9_-]{35}',
    'ya29\\.[A-Za-z0-9_-]{20,}',
    '(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,}',
    'hf_[A-Za-z0-9]{30,}',
    'npm_[A-Za-z0-9]{36,}',
    'pypi-[A-Za-z0-9_-]{50,}',
    'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}',
    '(?:AC|SK)[0-9a-f]{32}(?![0-9a-f])',
    'do[opr]_v1_[0-9a-f]{64}',
    'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}',
    'gsk_[A-Za-z0-9]{40,}',
    'xai-[A-Za-z0-9]{40,}',
    'pplx-[A-Za-z0-9]{32,}',
    'r8_[A-Za-z0-9]{30,}',
    'pa-[A-Za-z0-9_-]{40,}',
    'tvly-[A-Za-z0-9-]{20,}',
    '\\d{8,10}:AA[A-Za-z0-9_-]{33}',
    'whsec_[A-Za-z0-9+/=]{24,}',
    'rae_[A-Za-z0-9_-]{32,}',
  ].join('|')})`,
  'g',
);
const JWT = /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g;
const BEGIN = /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;

const LABELLED =
  /(?<![\p{L}\p{N}])(?:api[ _-]?key|api[ _-]?token|access[ _-]?token|auth[ _-]?token|secret(?:[ _-]?(?:access[ _-]?)?key)?|client[ _-]?secret|passwo?r?d|passwd|pwd|has[łl]o)(?: (?:is|to|do|for|brzmi)\b[^:=\n"'`]{0,40})?["'`]? ?(?:[:=]|\bis\b|\bto\b) ?["'`]?([^\s"'`,;]{8,128})/giu;
const IN_URL = /:\/\/[^\s/:@]{1,64}:([^\s/@]{3,128})@/g;

/** Bits by sign (Shannon). A word of a language has some 2 to 3.5 with few kinds of signs; a made key more, and digits among letters. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}

const looksMade = (value: string): boolean =>
  /\d/.test(value) && /\p{L}/u.test(value) && entropyOf(value) >= 2.5 && !/^\[[A-Z_]+\]$/.test(value);

/** A key without its end, cut off somewhere, reaches to the end of the text. */
function findPrivateKeys(text: string): Finding[] {
  const ends = Array.from(text.matchAll(END), ({ 0: found, index }) => index + found.length);
  const found: Finding[] = [];
  let [over, next] = [0, 0];
  for (const { index } of text.matchAll(BEGIN)) {
    if (index < over) continue;
    while (next < ends.length && (ends[next] ?? 0) <= index) next++;
    over = ends[next] ?? text.length;
    found.push({ kind: 'PRIVATE_KEY', start: index, end: over });
  }
  return found;
}

/** Keys of the usual vendors, JWTs, private keys, passwords in addresses and behind their label, English and Polish. */
export function findSecrets(text: string): Finding[] {
  const whole = (kind: 'API_KEY' | 'JWT', pattern: RegExp): Finding[] =>
    Array.from(text.matchAll(pattern), ({ 0: found, index }) => ({ kind, start: index, end: index + found.length }));
  const part = (pattern: RegExp, fits: (value: string) => boolean): Finding[] =>
    Array.from(text.matchAll(pattern)).flatMap(({ 0: found, 1: value = '', index }) => {
      const start = index + found.lastIndexOf(value);
      return fits(value) ? [{ kind: 'CREDENTIAL' as const, start, end: start + value.length }] : [];
    });
  return [
    ...findPrivateKeys(text),
    ...whole('JWT', JWT),
    ...whole('API_KEY', KEYS),
    ...part(LABELLED, looksMade),
    ...part(IN_URL, () => true),
  ];
}
