import type { Caller, Logger, PlatformError } from '@rae/kernel';
import type { Metrics } from '@rae/telemetry';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from './limits.ts';
import type { RateLimits } from './rate-limits.ts';
import type { SubgraphTransport } from './transport.ts';

export interface GatewayLimits extends QueryLimits {
  /** Largest body of an authenticated request. */
  readonly bodyBytes: number;
  /** Largest body that is let run out before an unauthenticated request's connection is closed, and largest WebSocket message. */
  readonly unauthenticatedBytes: number;
  readonly subscriptionsPerTenant: number;
  /** Operations that one WebSocket may have open at a time. */
  readonly operationsPerSocket: number;
}

export const DEFAULT_LIMITS: GatewayLimits = {
  ...DEFAULT_QUERY_LIMITS,
  bodyBytes: 16 * 1024 * 1024,
  unauthenticatedBytes: 256 * 1024,
  subscriptionsPerTenant: 1_000,
  operationsPerSocket: 100,
};

export interface GatewayOptions {
  /** Every root field of it carries `@access(role: …)`, and every subgraph of it has a transport. */
  readonly supergraphSdl: string;
  readonly transports: readonly SubgraphTransport[];
  /**
   * @param authorization the header or connection parameter as it was sent, null when there was none
   * @throws PlatformError UNAUTHENTICATED
   */
  readonly authenticate: (authorization: string | null) => Promise<Caller>;
  /** Calls back once, within a second, when the credential is revoked or has expired; returns how to stop watching. */
  readonly watchCredential: (caller: Caller, onEnd: (reason: PlatformError) => void) => () => void;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** In production nothing in an answer tells of the schema: no suggestions in errors. */
  readonly production: boolean;
  /** Introspection, the Sandbox page and GraphiQL. */
  readonly introspection: boolean;
  readonly limits?: Partial<GatewayLimits>;
  /** Left out: nobody is limited in how often they ask. */
  readonly rateLimits?: RateLimits;
  /** Origins besides the server's own from which browsers may open WebSockets, such as `https://app.example`. */
  readonly allowedOrigins?: readonly string[];
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Each dependency with what is wrong with it in one sentence, or null; without hosts and credentials, as anyone may read it. */
  readonly readiness: () => Promise<Record<string, string | null>>;
}

export const limitsOf = (options: GatewayOptions): GatewayLimits => ({ ...DEFAULT_LIMITS, ...options.limits });
