import type { FastifyInstance } from 'fastify';

/** The page brings all of its code along; the browser is told to load nothing from anywhere else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const QUERY = `# Put your key under Headers: { "authorization": "Bearer …" }
# Subscriptions run over server-sent events at the same address.
`;

async function render(): Promise<string> {
  // 9 MB of text that only a browser asks for
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL({ title: 'RAE', endpoint: '/graphql', defaultQuery: QUERY });
}

/** GraphiQL at /graphiql, which needs no internet, unlike the Sandbox. */
export function serveGraphiql(app: FastifyInstance): void {
  let page: Promise<string> | null = null;
  app.get('/graphiql', async (_request, reply) => {
    page ??= render();
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .send(await page);
  });
}
