import { type Caller, isPlatformError, NO_CAUSE, PlatformError } from '@rae/kernel';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { OpenSubscription } from './open-subscription.ts';
import type { RequestScope } from './scope.ts';

/** One socket of a client. caller: null before its credential was accepted. ended: why it is no longer accepted. */
export interface Connection {
  readonly socket: WebSocket;
  readonly traceparent: string | null;
  readonly gone: AbortController;
  readonly open: Map<string, OpenSubscription>;
  caller: Caller | null;
  ended: PlatformError | null;
  unwatch: () => void;
}

const TRY_AGAIN_LATER = 1013;
/** For a client that does not read, not even why it was refused. */
const CLOSE_WITHIN_MS = 1_000;

/** @throws PlatformError UNAUTHENTICATED when its credential is not, or no longer, accepted */
export function scopeOf({ caller, ended, gone, traceparent }: Connection): RequestScope {
  if (ended) throw ended;
  if (!caller) throw new PlatformError('UNAUTHENTICATED', 'The connection has no accepted credential.');
  return { caller, cause: NO_CAUSE, traceparent, signal: gone.signal };
}

/** Closes it: 4401 without a credential, 4403 with a wrong one, 1013 when nobody can say. */
export function refuseConnection({ socket }: Connection, authorization: string | null, error: unknown): false {
  if (isPlatformError(error) && error.code !== 'UNAUTHENTICATED') socket.close(TRY_AGAIN_LATER, error.code);
  else if (authorization === null) socket.close(CloseCode.Unauthorized, 'Unauthorized');
  else socket.close(CloseCode.Forbidden, 'Forbidden');
  return false;
}

/** Every subscription gets the reason as its error, and then the socket is closed. */
export function endConnection(connection: Connection, reason: PlatformError): void {
  const { socket, open } = connection;
  connection.ended = reason;
  for (const opened of open.values()) opened.end(reason);
  if (open.size === 0) socket.close(CloseCode.Forbidden, 'Forbidden');
  const timer = setTimeout(() => socket.terminate(), CLOSE_WITHIN_MS);
  socket.once('close', () => clearTimeout(timer));
}
