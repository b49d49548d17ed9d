import 'pg';

declare module 'pg' {
  interface ClientConfig {
    /** Several statements on the wire before the first answer (pg 8.23). */
    pipeline?: boolean;
  }
}
