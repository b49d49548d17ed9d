import { readFileSync } from 'node:fs';

const FILE = new URL('./supergraph.graphql', import.meta.url);

/** The composed supergraph as it is committed; `npm run compose` writes it. */
export const readSupergraph = (): string => readFileSync(FILE, 'utf8');
