import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type Labels = Readonly<Record<string, string>>;

/** Prometheus metrics of one runtime; names start with `rae_`, units are in the name. */
export interface Metrics {
  readonly registry: Registry;
  count(name: string, help: string, labels?: Labels, by?: number): void;
  /** Seconds, in buckets from 0.5 ms to 30 s. */
  observeSeconds(name: string, help: string, seconds: number, labels?: Labels): void;
  /** Plain counts such as tokens, in buckets that quadruple from 1 to 4^13. */
  observe(name: string, help: string, value: number, labels?: Labels): void;
  set(name: string, help: string, value: number, labels?: Labels): void;
  /** Asks for the value when the metrics are read. */
  gauge(name: string, help: string, read: () => number): void;
}

/** OpenTelemetry's GenAI conventions advise these for tokens (gen_ai.client.token.usage). */
const COUNT_BUCKETS = Array.from({ length: 14 }, (_, power) => 4 ** power);
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'rae_' });
  const known = new Map<string, Counter | Histogram | Gauge>();
  const once = <M extends Counter | Histogram | Gauge>(name: string, make: () => M): M => {
    const found = known.get(name) ?? make();
    known.set(name, found);
    return found as M;
  };
  return {
    registry,
    count: (name, help, labels = {}, by = 1) =>
      once(name, () => new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] })).inc(
        labels,
        by,
      ),
    observeSeconds: (name, help, seconds, labels = {}) =>
      once(
        name,
        () => new Histogram({ name, help, labelNames: Object.keys(labels), buckets: BUCKETS, registers: [registry] }),
      ).observe(labels, seconds),
    observe: (name, help, value, labels = {}) =>
      once(
        name,
        () =>
          new Histogram({ name, help, labelNames: Object.keys(labels), buckets: COUNT_BUCKETS, registers: [registry] }),
      ).observe(labels, value),
    set: (name, help, value, labels = {}) =>
      once(name, () => new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] })).set(
        labels,
        value,
      ),
    gauge: (name, help, read) => {
      once(
        name,
        () =>
          new Gauge({
            name,
            help,
            registers: [registry],
            collect() {
              this.set(read());
            },
          }),
      );
    },
  };
}
