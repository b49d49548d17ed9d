import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { type Answer, post, send } from './testing/clients.ts';
import { eventually, startToy, type Toy } from './testing/toy-gateway.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const KEY = { authorization: 'Bearer reader' };
const GRAPHQL_JSON = { accept: 'application/graphql-response+json' };

let toy: Toy;
let production: Toy;
beforeAll(async () => {
  [toy, production] = await Promise.all([startToy(), startToy({ production: true, introspection: false })]);
  toy.world.add('one', 'o1');
});
afterAll(() => Promise.all([toy.stop(), production.stop()]));

const codes = ({ body }: Answer) =>
  body.errors?.map((error: { extensions: { code: string } }) => error.extensions.code);
const raw = (body: string, headers: Record<string, string> = {}) =>
  send(toy.gateway.url, { method: 'POST', headers: { ...JSON_TYPE, ...KEY, ...headers }, body });
const get = (search: string, headers: Record<string, string> = {}) =>
  send(`${toy.gateway.url}?${search}`, { headers: { ...KEY, ...headers } });

/** Writes what it is given and reads until the server closes the connection. */
async function overSocket(text: string): Promise<string> {
  const socket = connect(toy.gateway.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(text);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'close');
  return answer;
}

describe('who may ask', () => {
  test.each([
    ['none', null],
    ['an unknown', 'nobody'],
  ])('a request with %s key is 401 UNAUTHENTICATED, in JSON, before its body is looked at', async (_, key) => {
    const answer = await post(toy, '{ items { id } }', {}, { key });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.body.errors).toEqual([
      {
        message: expect.any(String),
        extensions: { code: 'UNAUTHENTICATED', retryable: false, details: {}, traceId: null },
      },
    ]);
    expect(codes(await send(toy.gateway.url, { method: 'POST', headers: JSON_TYPE, body: '{' }))).toEqual([
      'UNAUTHENTICATED',
    ]);
  });

  test('keys that cannot be read now are 503, not 401', async () => {
    const answer = await post(toy, '{ items { id } }', {}, { key: 'away' });
    expect([answer.status, codes(answer)]).toEqual([503, ['DEPENDENCY_UNAVAILABLE']]);
  });

  test('100 MB without a key are answered with 401 and a closed connection after a few bytes of them', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const declared = await overSocket(`${head}Content-Length: 104857600\r\n\r\n{"query":"`);
    expect(declared).toMatch(/^HTTP\/1.1 401 [\s\S]*connection: close/i);
    const chunked = await overSocket(`${head}Transfer-Encoding: chunked\r\n\r\n5\r\n{"que\r\n`);
    expect(chunked).toMatch(/^HTTP\/1.1 401 [\s\S]*connection: close/i);
  });

  test('a field beyond the role is 403 FORBIDDEN, and nothing of the operation runs', async () => {
    const before = toy.world.items.length;
    const answer = await post(toy, 'mutation { a: addItem(name: "a") { id } }', {}, { key: 'reader' });
    expect([answer.status, codes(answer)]).toEqual([403, ['FORBIDDEN']]);
    expect(answer.body.errors[0].extensions.details).toEqual({
      field: 'Mutation.addItem',
      needed: 'AGENT',
      held: ['READER'],
    });
    expect(answer.body.data).toBeUndefined();
    const query = await post(toy, '{ items { id } secretItems { id } }', {}, { key: 'agent' });
    expect([query.status, codes(query), query.body.data]).toEqual([403, ['FORBIDDEN'], undefined]);
    expect(toy.world.items).toHaveLength(before);
  });
});

describe('what is no GraphQL request', () => {
  test.each([
    ['malformed JSON', '{"query": "{ items'],
    ['an empty body', ''],
    ['a number', '3'],
    ['a batch', '[{"query":"{__typename}"},{"query":"{__typename}"}]'],
    ['no query', '{"variables":{}}'],
    ['a query that is no text', '{"query":{"a":1}}'],
    ['variables that are a list', '{"query":"{__typename}","variables":[]}'],
    ['a poisoned prototype', '{"query":"{__typename}","__proto__":{"x":1}}'],
  ])('%s is 400 BAD_USER_INPUT in JSON without a path or a stack', async (_, body) => {
    const answer = await raw(body);
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:| at /);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/xml'])(
    'a body of type %s is 415 UNSUPPORTED_MEDIA_TYPE, whatever it says',
    async (type) => {
      const answer = await raw('{"query":"{__typename}"}', { 'content-type': type });
      expect([answer.status, codes(answer)]).toEqual([415, ['UNSUPPORTED_MEDIA_TYPE']]);
    },
  );

  test('a body over the limit is 413 PAYLOAD_TOO_LARGE with the limit', async () => {
    const small = await startToy({ limits: { bodyBytes: 1_000 } });
    const answer = await post(small, `{ __typename ${'#'.repeat(1_000)}\n }`);
    expect([answer.status, codes(answer)]).toEqual([413, ['PAYLOAD_TOO_LARGE']]);
    expect(answer.body.errors[0].extensions.details).toEqual({ limit: 1_000 });
    await small.stop();
  });

  test('a body of 16 MiB is taken with a key and one of 16 MiB and a byte is not', async () => {
    const padded = (bytes: number) => {
      const body = '{"query":"{ __typename }","extensions":{"pad":""}}';
      return body.replace('"pad":"', `"pad":"${'x'.repeat(bytes - body.length)}`);
    };
    expect((await raw(padded(16 * 1024 * 1024))).status).toBe(200);
    expect((await raw(padded(16 * 1024 * 1024 + 1))).status).toBe(413);
  });

  test('an unknown path is 404 and an unknown method 405, both in JSON', async () => {
    const answer = await send(toy.gateway.url.replace('/graphql', '/nothing'));
    expect([answer.status, codes(answer)]).toEqual([404, ['NOT_FOUND']]);
    const put = await send(toy.gateway.url, { method: 'PUT', headers: { ...JSON_TYPE, ...KEY }, body: '{}' });
    expect([put.status, codes(put), put.headers.get('allow')]).toEqual([405, ['BAD_USER_INPUT'], 'GET, POST']);
  });

  test('a host that is none is 400', async () => {
    const answer = await overSocket(
      'GET /graphql?query={a} HTTP/1.1\r\nHost: [::\r\nAuthorization: Bearer reader\r\nConnection: close\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*BAD_USER_INPUT/);
  });
});

describe('cross-site requests', () => {
  test('a GET that a browser sends without asking first is 400, and passes with a header that makes it ask', async () => {
    const simple = await get('query={__typename}');
    expect([simple.status, codes(simple)]).toEqual([400, ['BAD_USER_INPUT']]);
    const { status, body } = await get('query={__typename}', { 'apollo-require-preflight': '1' });
    expect([status, body]).toEqual([200, { data: { __typename: 'Query' } }]);
  });

  test('a mutation by GET is 405', async () => {
    const answer = await get('query=mutation{addItem(name:"x"){id}}', { 'apollo-require-preflight': '1' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('GraphQL over HTTP', () => {
  const wrong: readonly [string, string, object][] = [
    ['a syntax error', '{ items', {}],
    ['an unknown field', '{ itemz { id } }', {}],
    ['a missing variable', 'query ($id: ID!) { item(id: $id) { id } }', {}],
    ['a wrong variable', 'query ($n: Int!) { items(first: $n) { id } }', { n: 'x' }],
    ['two operations and no name', 'query A { __typename } query B { __typename }', {}],
  ];

  test.each(wrong)(
    '%s is 200 in application/json and 400 in application/graphql-response+json',
    async (_, query, v) => {
      const json = await post(toy, query, { ...v });
      expect([json.status, codes(json), json.body.data]).toEqual([200, ['BAD_USER_INPUT'], undefined]);
      expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
      const graphql = await post(toy, query, { ...v }, { headers: GRAPHQL_JSON });
      expect([graphql.status, codes(graphql)]).toEqual([400, ['BAD_USER_INPUT']]);
      expect(graphql.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    },
  );

  test.each([
    ['*/*', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ])('a client that accepts %s gets %s in UTF-8', async (accept, type) => {
    const { status, headers, body } = await post(toy, '{ __typename }', {}, { headers: { accept } });
    expect([status, headers.get('content-type'), body]).toEqual([200, type, { data: { __typename: 'Query' } }]);
  });

  test('a client that accepts neither is 406', async () => {
    expect((await post(toy, '{ __typename }', {}, { headers: { accept: 'image/png' } })).status).toBe(406);
  });

  test('a content type with a charset, an operation name and null variables are taken', async () => {
    const query = 'query A { a: __typename } query B { b: __typename }';
    const body = JSON.stringify({ query, operationName: 'B', variables: null, extensions: null });
    const answer = await raw(body, { 'content-type': 'application/json; charset=utf-8' });
    expect(answer.body).toEqual({ data: { b: 'Query' } });
  });

  test('a subscription in a plain POST is told where to go', async () => {
    const answer = await post(toy, 'subscription { countdown(from: 1) }');
    expect(codes(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.body.errors[0].message).toContain('Accept: text/event-stream');
  });

  test('an automatically persisted query is asked for, registered, and refused under the hash of another text', async () => {
    const { createHash } = await import('node:crypto');
    const query = '{ items { name } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const persisted = (text?: string, hash = sha256Hash) =>
      raw(JSON.stringify({ query: text, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }));
    expect((await persisted()).body.errors[0].message).toBe('PersistedQueryNotFound');
    expect((await persisted(query)).body.data.items).toHaveLength(1);
    expect((await persisted()).body.data.items).toHaveLength(1);
    const forged = await persisted(query, sha256Hash.replace(/./g, '0'));
    expect([forged.status, codes(forged)]).toEqual([400, ['BAD_USER_INPUT']]);
  });
});

describe('limits', () => {
  const many = (n: number, text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i)).join(' ');
  const circle = many(300, (i) => `fragment F${i} on Item { parent { ...F${(i + 1) % 300} } }`);

  test.each([
    ['1 000 aliases', `{ items { ${many(1_000, (i) => `a${i}: __typename`)} } }`, 'aliases', 64, 1_000],
    ['33 root fields', `{ ${many(33, (i) => `a${i}: __typename`)} }`, 'rootFields', 32, 33],
    ['50 levels', `{ item(id: 1) ${'{ parent '.repeat(49)}${'}'.repeat(49)} }`, 'depth', 12, 50],
    ['1 000 directives', `{ __typename ${many(1_000, () => '@a')} }`, 'directives', 64, 1_000],
    ['100 000 tokens', `{ ${'a '.repeat(100_000)} }`, 'tokens', 4_000, 4_001],
  ])('%s are 400 QUERY_TOO_COMPLEX and reach no subgraph', async (_, query, what, limit, given) => {
    const before = toy.fetches.length;
    const answer = await post(toy, query);
    expect([answer.status, codes(answer)]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
    expect(answer.body.errors[0].extensions.details).toEqual({ what, limit, given });
    expect(toy.fetches).toHaveLength(before);
  });

  test('they hold for a GET as well', async () => {
    const query = `{ items { ${many(100, (i) => `a${i}: __typename`)} } }`;
    const answer = await get(`query=${encodeURIComponent(query)}`, { 'apollo-require-preflight': '1' });
    expect([answer.status, codes(answer)]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
  });

  test('300 circular fragments are BAD_USER_INPUT, and the server answers on', async () => {
    const answer = await post(toy, `{ items { ...F0 } } ${circle}`);
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_USER_INPUT']]);
    expect((await post(toy, '{ __typename }')).status).toBe(200);
  });

  test('a variable nested a million levels deep is QUERY_TOO_COMPLEX', async () => {
    const variables = `{"tags":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`;
    const query = 'mutation($tags: JSON) { addItem(name: \\"x\\", tags: $tags) { id } }';
    const answer = await raw(`{"query":"${query}","variables":${variables}}`, { authorization: 'Bearer agent' });
    expect([answer.status, codes(answer)]).toEqual([400, ['QUERY_TOO_COMPLEX']]);
  });
});

describe('what the schema tells', () => {
  test("graphql-js' introspection query works where introspection is on and is refused where it is off", async () => {
    expect((await post(toy, getIntrospectionQuery())).body.data.__schema.types.length).toBeGreaterThan(10);
    expect(codes(await post(production, getIntrospectionQuery()))).toEqual(['BAD_USER_INPUT']);
  });

  test('an unknown field is answered with a suggestion in development and without one in production', async () => {
    const [open, closed] = await Promise.all([toy, production].map((each) => post(each, '{ itemz { id } }')));
    expect(open?.body.errors[0].message).toMatch(/^Cannot query field "itemz" on type "Query". Did you mean /);
    expect(closed?.body.errors[0].message).toBe('Cannot query field "itemz" on type "Query".');
  });

  test('neither _entities nor _service can be asked for from outside', async () => {
    expect(codes(await post(toy, '{ _service { sdl } }'))).toEqual(['BAD_USER_INPUT']);
    const entities = '{ _entities(representations: []) { __typename } }';
    expect(codes(await post(toy, entities))).toEqual(['BAD_USER_INPUT']);
  });

  test('a stack trace is in no answer', async () => {
    const answer = await post(toy, '{ fail(code: "INTERNAL") }');
    expect(answer.body.errors[0].extensions).toEqual({
      code: 'INTERNAL',
      retryable: false,
      details: {},
      traceId: null,
    });
    expect(answer.body.errors[0].message).toContain('Something went wrong on our side');
  });
});

describe('errors of subgraphs', () => {
  test('keep code, path, details and retryable across the gateway', async () => {
    const answer = await post(toy, '{ it: fail(code: "BUDGET_EXCEEDED") }');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      data: { it: null },
      errors: [
        {
          message: 'Refused with BUDGET_EXCEEDED.',
          path: ['it'],
          extensions: { code: 'BUDGET_EXCEEDED', retryable: false, details: { because: 'asked for' }, traceId: null },
        },
      ],
    });
  });
});

test('a client that is gone stops the query it asked for, but not a mutation', async () => {
  const client = new AbortController();
  const slow = (query: string) =>
    fetch(toy.gateway.url, {
      method: 'POST',
      headers: { ...JSON_TYPE, authorization: 'Bearer agent' },
      body: JSON.stringify({ query }),
      signal: client.signal,
    }).catch(() => null);
  const before = toy.scopes.length;
  const both = [slow('{ slow(ms: 60000) }'), slow('mutation { slowMutation(ms: 60000) }')];
  await eventually(
    'both fetches',
    () => toy.scopes.length,
    (n) => n === before + 2,
  );
  client.abort();
  await Promise.all(both);
  await eventually(
    'the abort',
    () => toy.world.aborted,
    (n) => n === 1,
  );
  expect(toy.scopes.slice(before).filter(({ signal }) => signal === null)).toHaveLength(1);
});

test("the client's trace reaches the subgraph, and a broken one does not", async () => {
  const traceparent = '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01';
  const ask = async (header: string) =>
    (await post(toy, '{ whoami }', {}, { headers: { traceparent: header } })).body.data.whoami;
  expect(await ask(traceparent)).toEqual({ actor: 'key:reader', traceparent });
  expect(await ask('nonsense')).toEqual({ actor: 'key:reader', traceparent: null });
});
