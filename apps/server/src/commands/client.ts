import { isErrorCode, PlatformError } from '@rae/kernel';
import { createClient as createSocket } from 'graphql-ws';

type Variables = Record<string, unknown>;

export interface ClientOptions {
  readonly url: string;
  readonly key: string;
}

export interface Project {
  readonly id: string;
  readonly name: string;
}

export interface Memory {
  readonly id: string;
  readonly content: string;
  readonly speaker: string | null;
  readonly source: string | null;
  readonly occurredAt: string;
  readonly metadata: unknown;
  readonly sessionId: string | null;
}

export interface CreateMemoryInput {
  readonly projectId?: string;
  readonly content: string;
  readonly layer?: 'EPISODIC' | 'SEMANTIC';
  readonly role?: 'ASSISTANT' | 'SYSTEM' | 'TOOL' | 'USER' | null;
  readonly speaker?: string | null;
  readonly sessionId?: string | null;
  readonly source?: string;
  readonly tags?: readonly string[];
  readonly metadata?: unknown;
  readonly occurredAt?: string | null;
}

export type RetrievalSignal = 'LEXICAL' | 'VECTOR' | 'GRAPH' | 'RECENCY' | 'IMPORTANCE';

export interface SearchHit {
  readonly score: number;
  readonly memory: Memory;
  readonly signals: readonly {
    readonly signal: RetrievalSignal;
    readonly rank: number | null;
    readonly rawScore: number;
    readonly contribution: number;
  }[];
}

export interface SearchResult {
  readonly tookMs: number;
  readonly hits: readonly SearchHit[];
  readonly degraded: readonly { readonly part: string; readonly reason: string }[];
}

interface Connection<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

const MEMORY = 'id content speaker source occurredAt metadata sessionId';

function unwrap({ data, errors }: Answer): unknown {
  const [error] = errors ?? [];
  if (!error) return data;
  const { code, details } = error.extensions ?? {};
  throw new PlatformError(isErrorCode(code) ? code : 'INTERNAL', error.message, { details });
}

/** GraphQL over HTTP and WebSocket. */
export function createClient({ url, key }: ClientOptions) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  // biome-ignore lint/suspicious/noExplicitAny: goes with this file
  async function ask(query: string, variables: Variables = {}): Promise<any> {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return unwrap((await response.json()) as Answer);
  }
  return {
    viewer: async (): Promise<{ tenant: { name: string } }> => (await ask('{ viewer { tenant { name } } }')).viewer,
    projects: async (v: Variables): Promise<Connection<Project>> =>
      (
        await ask(
          'query($first: Int!, $after: String) { projects(first: $first, after: $after) { nodes { id name } pageInfo { hasNextPage endCursor } } }',
          v,
        )
      ).projects,
    createProject: async (v: { input: { name: string } }): Promise<{ project: Project }> =>
      (await ask('mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id name } } }', v))
        .createProject,
    memories: async (v: Variables): Promise<Connection<Memory>> =>
      (
        await ask(
          `query($first: Int!, $after: String, $filter: MemoryFilter, $orderBy: MemoryOrder!) { memories(first: $first, after: $after, filter: $filter, orderBy: $orderBy) { nodes { ${MEMORY} } pageInfo { hasNextPage endCursor } } }`,
          v,
        )
      ).memories,
    createMemories: async (v: {
      inputs: readonly CreateMemoryInput[];
      idempotencyKey: string;
    }): Promise<{ cursor: string | null }> =>
      (
        await ask(
          'mutation($inputs: [CreateMemoryInput!]!, $idempotencyKey: String) { createMemories(inputs: $inputs, idempotencyKey: $idempotencyKey) { cursor } }',
          v as never,
        )
      ).createMemories,
    createMemory: async (v: { input: CreateMemoryInput }): Promise<{ cursor: string | null; memory: { id: string } }> =>
      (await ask('mutation($input: CreateMemoryInput!) { createMemory(input: $input) { cursor memory { id } } }', v))
        .createMemory,
    deleteMemory: async (v: { id: string }) => ask('mutation($id: ID!) { deleteMemory(id: $id) { id } }', v),
    searchMemories: async (v: Variables): Promise<SearchResult> =>
      (
        await ask(
          `query($input: SearchMemoriesInput!) { searchMemories(input: $input) { tookMs degraded { part reason } hits { score memory { ${MEMORY} } signals { signal rank rawScore contribution } } } }`,
          v,
        )
      ).searchMemories,
    async *memoryCreated(v: Variables) {
      const socket = createSocket({
        url: url.replace(/^http/, 'ws'),
        connectionParams: { authorization: `Bearer ${key}` },
      });
      const query =
        'subscription($projectId: ID, $after: String) { memoryCreated(projectId: $projectId, after: $after) { cursor at memoryId memory { content project { name tenant { name } } } } }';
      try {
        // biome-ignore lint/suspicious/noExplicitAny: goes with this file
        for await (const event of socket.iterate({ query, variables: v }))
          yield (unwrap(event as Answer) as any).memoryCreated as {
            memoryId: string;
            at: string;
            memory: { content: string; project: { name: string; tenant: { name: string } } | null } | null;
          };
      } finally {
        await socket.dispose();
      }
    },
  };
}
export type Client = ReturnType<typeof createClient>;
