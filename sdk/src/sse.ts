/** One message of a stream of server-sent events. */
export interface SseMessage {
  /** `message` where the server names none. */
  readonly event: string;
  readonly data: string;
  /** Null: the message has none, and that of the message before stays in force. */
  readonly id: string | null;
}

const LINE_END = /\r\n|\n|\r/;

function splitField(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  return [line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)];
}

/** Null for a block that only has comments. An `id` alone makes a message as well: it says where the stream stands. */
function readBlock(lines: readonly string[]): SseMessage | null {
  const fields = lines.map(splitField);
  const last = (wanted: string) => fields.findLast(([name]) => name === wanted)?.[1] ?? null;
  const data = fields.filter(([name]) => name === 'data').map(([, value]) => value);
  const [event, id] = [last('event'), last('id')];
  return event === null && id === null && data.length === 0
    ? null
    : { event: event || 'message', data: data.join('\n'), id };
}

/**
 * A parser of server-sent events (WHATWG HTML, 9.2.6) that is fed text as it comes, cut anywhere, and gives the messages that
 * are whole by then. What is incomplete when the stream ends is no message.
 */
export function createSseParser(): (chunk: string) => SseMessage[] {
  let rest = '';
  let endedInCr = false;
  let block: string[] = [];
  return (chunk) => {
    if (chunk === '') return [];
    // the line ended with the \r already; its \n begins this chunk
    const lines = (rest + (endedInCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk)).split(LINE_END);
    endedInCr = chunk.endsWith('\r');
    rest = lines.pop() ?? '';
    const messages: SseMessage[] = [];
    for (const line of lines) {
      if (line !== '') {
        block.push(line);
        continue;
      }
      const message = readBlock(block);
      if (message) messages.push(message);
      block = [];
    }
    return messages;
  };
}
