import { type Clock, systemClock } from './clock.ts';
import type { TypedDocumentString } from './typed-document.ts';

export interface ClientOptions {
  /** Of the GraphQL endpoint, such as `http://127.0.0.1:4000/graphql`; in a browser also a path, such as `/graphql`. */
  readonly url: string;
  /** An API key or a token; it is sent as `Authorization: Bearer …`. */
  readonly key: string;
  /** Instead of the global one. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** How long one attempt may take; 30 000 when left out. */
  readonly timeoutMs?: number | undefined;
  /** How often a request that failed is sent again at most; 3 when left out. */
  readonly retries?: number | undefined;
  /** Instead of the machine's, in tests. */
  readonly clock?: Clock | undefined;
}

export type Settings = { readonly [Name in keyof ClientOptions]-?: NonNullable<ClientOptions[Name]> };

export interface RequestOptions {
  /** Ends the request, its retries and its waiting; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export type Variables = Readonly<Record<string, unknown>>;

/** Variables may be left out where none is required. */
export type Rest<V> =
  Record<string, never> extends V
    ? [variables?: V, options?: RequestOptions]
    : [variables: V, options?: RequestOptions];

/** A client without a method for each operation: a bundle holds the documents that it uses, and no others. */
export interface BareClient {
  /**
   * Sends a query or a mutation. A generated document types its variables and its result; the result of a text is unknown.
   *
   * What fails with a retryable code or in the network is sent again, with growing waits: queries always, mutations where
   * their variables hold an idempotencyKey (`idempotencyKey` itself, or that of `input`). A generated mutation that takes one
   * gets one made when there is none. It is the same for each attempt.
   *
   * @throws RaeError of the error's code, with whatever was answered in `data`; NetworkError; the reason of an aborted signal
   */
  query<R, V>(document: TypedDocumentString<R, V>, ...rest: Rest<V>): Promise<R>;
  query(document: string, variables?: Variables, options?: RequestOptions): Promise<unknown>;
  /**
   * Events of a subscription, as its document selects them. The stream opens with the first `next`, and is opened again after
   * the last event whenever it breaks, without gap or repeat, until the loop is left or the signal is aborted. Where it has
   * not begun, `retries` attempts are made. Without `after` it begins where the server says that it stands.
   *
   * A field that failed in an event is null, as the schema says of it; an event that failed as a whole is an error.
   *
   * @throws RaeError of a code that is not retryable, such as UNAUTHENTICATED or CURSOR_EXPIRED; NetworkError when it does
   * not begin; TypeError for a text that does not hand `$after` to its field
   */
  subscribe<R, V extends { readonly after?: string | null | undefined }>(
    document: TypedDocumentString<R, V>,
    ...rest: Rest<V>
  ): AsyncIterableIterator<R>;
  subscribe(document: string, variables?: Variables, options?: RequestOptions): AsyncIterableIterator<unknown>;
}

/** A timer of more fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

const isUrl = (text: unknown) => typeof text === 'string' && (text.startsWith('/') || URL.canParse(text));

/** Fills in what was left out. @throws TypeError for a value that cannot be; it never tells the key */
export function settingsOf(options: ClientOptions): Settings {
  const {
    url,
    key,
    fetch = (...request) => globalThis.fetch(...request),
    timeoutMs = 30_000,
    retries = 3,
    clock = systemClock,
  } = options;
  if (!isUrl(url))
    throw new TypeError('url: give the address of the GraphQL endpoint, such as http://host:4000/graphql');
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key))
    throw new TypeError('key: give an API key or a token, without spaces or line ends');
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_MS))
    throw new TypeError(`timeoutMs: give a number of milliseconds above 0, at most ${LONGEST_TIMEOUT_MS}`);
  if (!(Number.isInteger(retries) && retries >= 0)) throw new TypeError('retries: give a whole number, 0 or more');
  return { url, key, fetch, timeoutMs, retries, clock };
}
