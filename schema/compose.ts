import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';

const ROOT = new URL('..', import.meta.url);

export interface Composed {
  readonly supergraph: string;
  /** What clients see. */
  readonly api: string;
}

/** Composes the subgraphs' schemas; every folder of subgraphs/ is one. @throws Error with everything that does not fit together */
export function compose(): Composed {
  const names = readdirSync(new URL('subgraphs/', ROOT)).sort();
  const services = names.map((name) => ({
    name,
    url: `http://${name}:4000/${name}/graphql`,
    typeDefs: parse(readFileSync(new URL(`subgraphs/${name}/schema.graphql`, ROOT), 'utf8')),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error((errors ?? []).map(({ message }) => message).join('\n'));
  const api = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
  return { supergraph: `${supergraphSdl.trim()}\n`, api: `${printSchema(lexicographicSortSchema(api))}\n` };
}

const FILES = {
  supergraph: new URL('./supergraph.graphql', import.meta.url),
  api: new URL('./api.graphql', import.meta.url),
};

/** Writes schema/supergraph.graphql and schema/api.graphql; with --check only tells whether they are up to date. */
function main(check: boolean): void {
  const composed = compose();
  for (const part of ['supergraph', 'api'] as const) {
    if (!check) writeFileSync(FILES[part], composed[part]);
    else if (readFileSync(FILES[part], 'utf8') !== composed[part]) {
      console.error(
        `schema/${part}.graphql is not what the subgraphs compose to: run \`npm run compose\` and commit it.`,
      );
      process.exitCode = 1;
    }
  }
}

if (import.meta.main) main(process.argv.includes('--check'));
