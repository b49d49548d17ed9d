import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** USD per million; with tiers: the base, then what applies above so many input tokens. */
const Rate = z.union([z.string(), z.tuple([z.string()]).rest(z.tuple([z.number().int(), z.string()]))]);

const Entry = z.object({
  from: z.string().optional(),
  daily: z.tuple([z.string(), z.string()]).optional(),
  input: Rate.optional(),
  output: Rate.optional(),
  cachedInput: Rate.optional(),
  cacheWrite: Rate.optional(),
  reasoning: Rate.optional(),
  request: z.string().optional(),
});

export type TableRate = z.infer<typeof Rate>;
export type TableEntry = z.infer<typeof Entry>;

/** Which names of models a row stands for; a text stands for itself. */
export type Match =
  | string
  | { readonly starts: string }
  | { readonly ends: string }
  | { readonly contains: string }
  | { readonly regex: string }
  | { readonly any: readonly Match[] }
  | { readonly all: readonly Match[] };

const Match: z.ZodType<Match> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ starts: z.string() }),
    z.object({ ends: z.string() }),
    z.object({ contains: z.string() }),
    z.object({ regex: z.string() }),
    z.object({ any: z.array(Match) }),
    z.object({ all: z.array(Match) }),
  ]),
);

const Provider = z.object({
  id: z.string(),
  owns: Match.optional(),
  through: z.array(z.string()).optional(),
  models: z.array(z.tuple([z.string(), Match, z.array(Entry)])),
});

const Table = z.object({ source: z.string(), takenOn: z.string(), providers: z.array(Provider) });

export type TableProvider = z.infer<typeof Provider>;
export type TableModel = TableProvider['models'][number];
/** What the shipped file holds; scripts/refresh-prices.mjs writes it. */
export type PriceTable = z.infer<typeof Table>;

const FILE = new URL('../../data/prices.json', import.meta.url);

/** Reads the shipped prices. */
export const readTable = (): PriceTable => Table.parse(JSON.parse(readFileSync(FILE, 'utf8')));
