// One process of the comparison in gateway-cpu.ts, by its first argument: subgraphs, ours or bare. It prints its ports and
// answers every message with the CPU milliseconds that it has used so far.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createGateway } from '@rae/gateway';
import { createHttpTransport } from '@rae/gateway/transports';
import type { Caller } from '@rae/kernel';
import { createLogger, createMetrics } from '@rae/telemetry';
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';

const HEAD = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
  @link(url: "https://specs.rae.example/access/v1.0", import: ["@access"]) @composeDirective(name: "@access")
directive @access(role: Role!) on FIELD_DEFINITION
enum Role { READER AGENT OPERATOR ADMIN PLATFORM }`;

const ITEMS = parse(`${HEAD}
  type Query { items(from: Int!, first: Int!): [Item] @access(role: READER) }
  type Item @key(fields: "id") { id: ID! name: String! owner: Owner }
  type Owner @key(fields: "id", resolvable: false) { id: ID! }`);
const OWNERS = parse(`${HEAD}
  type Query { owner(id: ID!): Owner @access(role: READER) }
  type Owner @key(fields: "id") { id: ID! name: String! email: String! }`);

const item = (n: number) => ({ id: `i${n}`, name: `the thing with the number ${n}`, owner: { id: `o${n % 5}` } });
const itemResolvers = {
  Query: {
    items: (_: unknown, { from, first }: { from: number; first: number }) =>
      Array.from({ length: first }, (_each, n) => item(from + n)),
  },
};
const ownerResolvers = {
  Query: { owner: (_: unknown, { id }: { id: string }) => ({ id }) },
  Owner: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    name: ({ id }: { id: string }) => `the owner ${id}`,
    email: ({ id }: { id: string }) => `${id}@example.org`,
  },
};

async function bodyOf(request: IncomingMessage) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

/** The least that answers GraphQL over HTTP, so that it does not hide what a gateway costs. */
async function serve(schema: GraphQLSchema): Promise<number> {
  const documents = new Map<string, DocumentNode>();
  const server = createServer(async (request, response) => {
    const { query, variables } = await bodyOf(request);
    const document = documents.get(query) ?? parse(query);
    documents.set(query, document);
    const result = await execute({ schema, document, variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function compose(urls: readonly string[]): string {
  const [items = '', owners = ''] = urls;
  const { supergraphSdl, errors } = composeServices([
    { name: 'items', url: items, typeDefs: ITEMS },
    { name: 'owners', url: owners, typeDefs: OWNERS },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

const caller: Caller = {
  ...{ tenantId: 't', actor: 'key:k', roles: ['READER'], projectId: null },
  ...{ apiKeyId: null, agentId: null, userId: null, sessionId: null },
};

async function startOurs(urls: readonly string[]): Promise<number> {
  const [items = '', owners = ''] = urls;
  const signToken = async () => 'a token of the usual length '.repeat(10);
  const gateway = await createGateway({
    supergraphSdl: compose(urls),
    transports: [
      createHttpTransport({ name: 'items', url: items, signToken }),
      createHttpTransport({ name: 'owners', url: owners, signToken }),
    ],
    authenticate: async () => caller,
    watchCredential: () => () => {},
    host: '127.0.0.1',
    port: 0,
    production: true,
    introspection: false,
    logger: createLogger('error'),
    metrics: createMetrics(),
    readiness: async () => ({}),
  });
  return gateway.port;
}

async function startBare(urls: readonly string[]): Promise<number> {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  process.env.NODE_ENV = 'production';
  const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: compose(urls) }) });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return Number(new URL(url).port);
}

async function start(role: string | undefined, urls: readonly string[]): Promise<number[]> {
  if (role === 'ours') return [await startOurs(urls)];
  if (role === 'bare') return [await startBare(urls)];
  const items = serve(buildSubgraphSchema([{ typeDefs: ITEMS, resolvers: itemResolvers }]));
  const owners = serve(buildSubgraphSchema([{ typeDefs: OWNERS, resolvers: ownerResolvers }]));
  return Promise.all([items, owners]);
}

const [role, ...urls] = process.argv.slice(2);
process.send?.(await start(role, urls));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1_000);
});
process.on('disconnect', () => process.exit());
