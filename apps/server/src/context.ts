import { assertOutsideTransaction } from '@rae/database';
import type { RequestScope, SubgraphTransport } from '@rae/gateway';
import { type Context, isErrorCode, type Peers, PlatformError } from '@rae/kernel';
import type { Platform } from './platform.ts';

/** Peers are asked as the gateway asks them: with the caller's own identity, in process or over HTTP. */
function createPeers(transports: ReadonlyMap<string, SubgraphTransport>, scope: RequestScope): Peers {
  return {
    async query(subgraph, query, variables = {}) {
      assertOutsideTransaction(`asking the subgraph ${subgraph}`);
      const transport = transports.get(subgraph);
      if (!transport)
        throw new PlatformError(
          'DEPENDENCY_UNAVAILABLE',
          `The subgraph ${subgraph} is not set up; RAE_SUBGRAPHS says where it is.`,
          { dependency: subgraph, retryable: false },
        );
      const { data, errors } = await transport.execute({ query, variables }, scope);
      const [error] = errors ?? [];
      if (!error) return data;
      const code = error.extensions?.code;
      throw new PlatformError(isErrorCode(code) ? code : 'INTERNAL', error.message, { dependency: subgraph });
    },
  };
}

/** Makes the context of one fetch: never kept, never shared between two. */
export function createContext(
  platform: Platform,
  transports: ReadonlyMap<string, SubgraphTransport>,
  scope: RequestScope,
): Context {
  const { clock, logger, cursors, transact } = platform;
  const { caller, cause, traceparent, signal } = scope;
  const asCaller = { role: 'rae_app', caller, cause } as const;
  return {
    caller,
    cause,
    clock,
    logger,
    cursors,
    traceparent,
    signal,
    peers: createPeers(transports, scope),
    transact: (work) => transact(asCaller, work),
    read: (work) => transact(asCaller, work),
    readOnce: (work) => transact.once(asCaller, work),
  };
}
