import type { Logger } from '@rae/kernel';

/** Apollo's logger, writing to ours: a message, or an error, and no fields. What Apollo tells at `info` is of no use to an operator. */
export function toApolloLogger(logger: Logger) {
  const write = (level: 'debug' | 'warn' | 'error') => (message?: unknown) =>
    message instanceof Error ? logger[level]({ err: message }, message.message) : logger[level]({}, String(message));
  return { debug: write('debug'), info: write('debug'), warn: write('warn'), error: write('error') };
}
