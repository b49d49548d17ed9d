import { type ErrorCode, PlatformError } from '@rae/kernel';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { TransportResult } from '../transport.ts';

/** The answer of a subgraph that gave none. */
export function failure(code: ErrorCode, message: string, details: Record<string, unknown>): TransportResult {
  const { retryable } = new PlatformError(code, message, details);
  return { errors: [{ message, extensions: { code, retryable, details } }] };
}

export const unavailable = (subgraph: string, why: string, cause?: unknown) =>
  new PlatformError('DEPENDENCY_UNAVAILABLE', `Subgraph ${subgraph} ${why}.`, { dependency: subgraph }, { cause });

export const TOKEN_REFUSED = 'did not accept the internal token';

/** A subgraph that does not know our token says nothing about the client's credential, and must not seem to. */
export const refusesToken = ({ data, errors }: TransportResult): boolean =>
  !data && errors?.[0]?.extensions?.code === 'UNAUTHENTICATED';

/** The first of a subgraph's refusals of a subscription as an error to throw, with its code and details. */
export function refusal(subgraph: string, errors: readonly GraphQLFormattedError[]): Error {
  const [first] = errors;
  if (!first) return unavailable(subgraph, 'refused a subscription without saying why');
  if (refusesToken({ errors })) return unavailable(subgraph, TOKEN_REFUSED);
  return new GraphQLError(first.message, { extensions: first.extensions ?? {} });
}
