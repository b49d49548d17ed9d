import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';

/** A chat request that the model got. */
export interface ChatRequest {
  readonly system: string;
  readonly prompt: string;
  /** Resolves when the caller has hung up. */
  readonly hungUp: Promise<void>;
}

/** One answer in the making. */
export interface ChatAnswer {
  /** Sends text. */
  say(text: string): void;
  /** Ends it as a whole, with its usage. */
  end(): void;
  /** Breaks the connection. */
  breakOff(): void;
  refuse(status: number, headers?: Record<string, string>): void;
}

const chunk = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const COUNTS = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
const USAGE = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage: COUNTS })}\n\n`;

const WHOLE = { id: 'c', object: 'chat.completion', created: 1, model: 'm' };

/** An answer that is asked for as a whole. */
function toWhole(response: ServerResponse): ChatAnswer {
  let content = '';
  const { breakOff, refuse } = toAnswer(response);
  return {
    say(text) {
      content += text;
    },
    end() {
      response.writeHead(200, { 'content-type': 'application/json' });
      const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }];
      response.end(JSON.stringify({ ...WHOLE, choices, usage: COUNTS }));
    },
    breakOff,
    refuse,
  };
}

function toAnswer(response: ServerResponse): ChatAnswer {
  const begin = () => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  };
  return {
    say(text) {
      begin();
      response.write(chunk({ role: 'assistant', content: text }, null));
    },
    end() {
      begin();
      response.end(`${chunk({}, 'stop')}${USAGE}data: [DONE]\n\n`);
    },
    // Behind what was said: a call that got nothing at all would be made again.
    breakOff: () => response.write('\n', () => response.destroy()),
    refuse(status, headers = {}) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ error: { message: 'no' } }));
    },
  };
}

/** An OpenAI-compatible model on this machine that answers as a test says. */
export async function startFakeModel() {
  const requests: ChatRequest[] = [];
  let handle: (request: ChatRequest, answer: ChatAnswer) => void = (_request, answer) => answer.end();
  const server = createServer(async (message, response) => {
    const body = JSON.parse(await readText(message));
    const part = (role: string): string =>
      body.messages
        .filter((one: { role: string }) => one.role === role)
        .map(({ content }: { content: string | { text: string }[] }) =>
          typeof content === 'string' ? content : content.map(({ text }) => text).join(''),
        )
        .join('\n');
    const hungUp = once(response, 'close').then(() => {});
    const request = { system: part('system'), prompt: part('user'), hungUp };
    requests.push(request);
    handle(request, body.stream ? toAnswer(response) : toWhole(response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    requests,
    /** From now on, requests are answered so. */
    answer(how: typeof handle) {
      requests.length = 0;
      handle = how;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
