import { linkTo, within } from './abort.ts';
import { type Received, readAnswer } from './answer.ts';
import { NetworkError, RaeError } from './errors.ts';
import type { Settings } from './options.ts';

/** Sends an operation as JSON. */
export const post = (settings: Settings, accept: string, body: string, signal: AbortSignal): Promise<Response> =>
  settings.fetch(settings.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${settings.key}`, 'content-type': 'application/json', accept },
    body,
    signal,
  });

export const receivedWith = ({ status, headers }: Response, now: number): Received => ({
  status,
  retryAfter: headers.get('retry-after'),
  now,
});

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** Node's own words are `fetch failed`; those that say something lie below, or there is only a code. */
function reasonOf(error: unknown): string {
  const cause = propertyOf(error, 'cause');
  return String(propertyOf(cause, 'message') || propertyOf(cause, 'code') || propertyOf(error, 'message') || error);
}

/** What to throw for what a request failed with: the reason it was aborted for, else an error of ours. */
export function failureOf(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof RaeError) return error;
  return new NetworkError(`The server cannot be reached, or the connection was lost: ${reasonOf(error)}`, {
    cause: error,
  });
}

/** GraphQL's own type comes with the status of the error, plain JSON with 200 for most. */
const ACCEPT = 'application/graphql-response+json, application/json';

/**
 * One attempt at a query or mutation.
 *
 * @throws RaeError; NetworkError also when no whole answer came within timeoutMs; the reason of an aborted signal
 */
export async function exchange<R>(settings: Settings, body: string, signal: AbortSignal): Promise<R> {
  const { clock, timeoutMs } = settings;
  const { controller, unlink } = linkTo(signal);
  const send = async () => {
    const response = await post(settings, ACCEPT, body, controller.signal);
    return { response, text: await response.text() };
  };
  try {
    const { response, text } = await within(send, { ms: timeoutMs, clock, controller });
    return readAnswer<R>(text, receivedWith(response, clock.now()));
  } catch (error) {
    throw failureOf(error, controller.signal);
  } finally {
    unlink();
  }
}
