import { isErrorCode, isPlatformError, type Logger, type PlatformError } from '@rae/kernel';
import { createErrorFormatter } from '@rae/telemetry';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';

const SUGGESTION = / ?Did you mean .+?\?$/;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Apollo refuses some requests with an HTTP status alone, such as a persisted query whose hash is another text's. */
function codeOfStatus(error: unknown): { code?: string } {
  const http = error instanceof GraphQLError ? error.extensions.http : null;
  const refused = isRecord(http) && typeof http.status === 'number' && http.status >= 400 && http.status < 500;
  return refused && error instanceof GraphQLError && error.extensions.code === undefined
    ? { code: 'BAD_USER_INPUT' }
    : {};
}

export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

/**
 * The shape of every error that leaves the gateway.
 *
 * @param suggest whether validation may name fields that were perhaps meant, which lays the schema open
 */
export function createFormatError(logger: Logger, suggest: boolean): FormatError {
  const format = createErrorFormatter(logger);
  return (formatted, error) => {
    const answer = format({ ...formatted, extensions: { ...formatted.extensions, ...codeOfStatus(error) } }, error);
    return suggest ? answer : { ...answer, message: answer.message.replace(SUGGESTION, '') };
  };
}

/** Any error in that shape; what is not a GraphQLError has neither place nor path. */
export const formatAny = (format: FormatError, error: unknown): GraphQLFormattedError =>
  format(error instanceof GraphQLError ? error.toJSON() : { message: String(error) }, error);

/** A refusal of ours as Apollo wants it: as a GraphQLError that names the HTTP status of the whole answer. */
export const asHttpRefusal = (error: PlatformError): GraphQLError =>
  new GraphQLError(error.message, { originalError: error, extensions: { http: { status: error.status } } });

/** What graphql-js found wrong with a document, as the caller's mistake; an error with one of our codes stays as it is. */
export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) {
    if (isErrorCode(error.extensions.code)) return error;
    const { nodes, source, positions } = error;
    return new GraphQLError(error.message, { nodes, source, positions, extensions: { code: 'BAD_USER_INPUT' } });
  }
  const originalError = error instanceof Error ? error : new Error(String(error));
  const extensions = isPlatformError(error) ? { code: error.code } : {};
  return new GraphQLError(originalError.message, { originalError, extensions });
}
