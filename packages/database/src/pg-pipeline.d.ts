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
}
