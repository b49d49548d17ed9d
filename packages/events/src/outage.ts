import type { LogFields, Logger } from '@rae/kernel';

export interface Outage {
  failed(err: unknown): void;
  over(): void;
}

/** Tells once that something does not work and once that it works again, however often it is tried in between. */
export function createOutage(logger: Logger, fields: LogFields, what: string): Outage {
  let away = false;
  return {
    failed(err) {
      if (!away) logger.warn({ ...fields, err }, `${what}; trying again`);
      away = true;
    },
    over() {
      if (away) logger.info(fields, `${what}: over`);
      away = false;
    },
  };
}
