import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { send } from './testing/clients.ts';
import { startToy, type Toy } from './testing/toy-gateway.ts';

let toy: Toy;
let closed: Toy;
beforeAll(async () => {
  [toy, closed] = await Promise.all([startToy(), startToy({ introspection: false })]);
});
afterAll(() => Promise.all([toy.stop(), closed.stop()]));

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const page = (of: Toy, path: string) => send(of.gateway.url.replace('/graphql', path), { headers: BROWSER });

test('a browser without a key gets the Sandbox at /graphql', async () => {
  const { status, headers, body } = await page(toy, '/graphql');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html']);
  expect(body).toContain('EmbeddedSandbox');
});

test('a browser without a key gets no answer to a query in the address', async () => {
  const headers = { accept: 'text/html;q=0.1,*/*', 'apollo-require-preflight': '1' };
  const answer = await send(`${toy.gateway.url}?query={items{id}}`, { headers });
  expect(answer.status).toBe(401);
});

test('without introspection there is no page, at /graphql nor at /graphiql', async () => {
  expect((await page(closed, '/graphql')).status).toBe(401);
  expect((await page(closed, '/graphiql')).status).toBe(404);
});

test('GraphiQL comes whole from this server: nothing in it loads from a foreign host, and its policy forbids it', async () => {
  const { status, headers, body } = await page(toy, '/graphiql');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const html = String(body);
  expect(html).toContain('"endpoint":"/graphql"');
  // markup and styles stand outside the scripts; what is a string in a script loads nothing by itself
  const outside = html.replaceAll(/<script>[\s\S]*?<\/script>/g, '');
  expect(outside.match(/(?:src|href)\s*=\s*["']?(?!data:)[^"'\s>]+/g)).toBeNull();
  expect(outside.match(/@import|url\(\s*["']?(?:https?:)?\/\//g)).toBeNull();
  const policy = new Map(
    (headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
      const [name = '', ...sources] = rule.split(' ');
      return [name, sources];
    }),
  );
  expect(policy.get('default-src')).toEqual(["'none'"]);
  expect(policy.get('connect-src')).toEqual(["'self'"]);
  expect([...policy.values()].flat().filter((source) => /^https?:|\*/.test(source))).toEqual([]);
});
