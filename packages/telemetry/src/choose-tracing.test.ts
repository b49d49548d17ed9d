import { describe, expect, test } from '@jest/globals';
import { chooseTracing } from './choose-tracing.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('what is traced', () => {
  test('nothing set gives trace ids only', () => {
    expect(chooseTracing({})).toBe('ids');
    expect(chooseTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toBe('ids');
  });

  test('either OTLP endpoint or an exporter of traces gives export', () => {
    expect(chooseTracing(ENDPOINT)).toBe('export');
    expect(chooseTracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' })).toBe('export');
    expect(chooseTracing({ OTEL_TRACES_EXPORTER: 'console' })).toBe('export');
  });

  test('the exporter none keeps trace ids and exports nothing, whatever the endpoint', () => {
    expect(chooseTracing({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe('ids');
  });

  test('OTEL_SDK_DISABLED switches everything off', () => {
    expect(chooseTracing({ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' })).toBe('off');
    expect(chooseTracing({ ...ENDPOINT, OTEL_SDK_DISABLED: 'false' })).toBe('export');
  });
});
