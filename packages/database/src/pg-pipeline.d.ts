import 'pg';
import type { Duplex } from 'node:stream';

declare module 'pg' {
  interface ClientConfig {
    /** Several statements on the wire before the first answer (pg 8.23). */
    pipeline?: boolean;
  }

  interface ClientBase {
    readonly connection: { readonly stream: Duplex };
  }

  interface QueryConfig {
    /** Bound and executed even where it has neither name nor values. */
    queryMode?: 'extended';
  }

  interface Query {
    /** Told once, with the error or with one result for each statement. */
    callback: (error: Error | null, results: readonly { readonly rows: unknown[] }[]) => void;
    /** Sends it, up to its Sync. */
    prepare(connection: Connection): void;
  }

  interface Connection {
    bind(config: { portal: string; statement: string; values: readonly string[] }): void;
    execute(config: { portal: string }): void;
  }
}
