type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What OpenTelemetry's own variables ask for.
 *
 * - `export`: an OTLP endpoint or an exporter of traces is named.
 * - `ids`: nothing is named. Requests get trace ids, which stand in the log and in errors, and nothing leaves the process.
 * - `off`: OTEL_SDK_DISABLED is true.
 */
export function chooseTracing(environment: Environment): 'export' | 'ids' | 'off' {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return 'off';
  const exporter = environment.OTEL_TRACES_EXPORTER;
  if (exporter) return exporter === 'none' ? 'ids' : 'export';
  return environment.OTEL_EXPORTER_OTLP_ENDPOINT || environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ? 'export' : 'ids';
}
