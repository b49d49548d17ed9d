/** A GraphQL error as it comes over the wire. */
export interface WireError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly retryable: boolean;
    readonly details: Record<string, unknown>;
    readonly traceId: string | null;
    readonly stacktrace?: unknown;
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
export type Data = any;

export interface Answer {
  readonly status: number;
  readonly data: Data;
  readonly errors: readonly WireError[];
}

/** Plain GraphQL over HTTP, as any client would send it. */
export interface TestClient {
  readonly url: string;
  readonly key: string;
  send(query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The data; throws when there are errors. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The code of the first error; throws when there is none. */
  codeOf(query: string, variables?: Record<string, unknown>): Promise<string>;
  withKey(key: string): TestClient;
}

export function createTestClient(url: string, key: string): TestClient {
  const send: TestClient['send'] = async (query, variables = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data = null, errors = [] } = (await response.json()) as { data?: Data; errors?: WireError[] };
    return { status: response.status, data, errors };
  };
  return {
    url,
    key,
    send,
    async ask(query, variables) {
      const { data, errors } = await send(query, variables);
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      return data;
    },
    async codeOf(query, variables) {
      const { errors, data } = await send(query, variables);
      const [error] = errors;
      if (!error) throw new Error(`no error but ${JSON.stringify(data)}`);
      return error.extensions.code;
    },
    withKey: (other) => createTestClient(url, other),
  };
}
