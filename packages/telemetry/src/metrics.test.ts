import { describe, expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';

describe('metrics', () => {
  test('a counter adds up, one series for each set of labels', async () => {
    const metrics = createMetrics();
    metrics.count('rae_things_total', 'Things.', { tenant: 't1' });
    metrics.count('rae_things_total', 'Things.', { tenant: 't1' }, 2);
    metrics.count('rae_things_total', 'Things.', { tenant: 't2' });
    const text = await metrics.registry.getSingleMetricAsString('rae_things_total');
    expect(text).toContain('rae_things_total{tenant="t1"} 3');
    expect(text).toContain('rae_things_total{tenant="t2"} 1');
  });

  test('an observation of 0.7 ms is counted in the bucket of 1 ms and not in that of 0.5 ms', async () => {
    const metrics = createMetrics();
    metrics.observeSeconds('rae_search_seconds', 'Searches.', 0.0007);
    const text = await metrics.registry.getSingleMetricAsString('rae_search_seconds');
    expect(text).toContain('rae_search_seconds_bucket{le="0.0005"} 0');
    expect(text).toContain('rae_search_seconds_bucket{le="0.001"} 1');
    expect(text).toContain('rae_search_seconds_bucket{le="30"} 1');
  });

  test('a set value replaces the one before', async () => {
    const metrics = createMetrics();
    metrics.set('rae_lag_seconds', 'Lag.', 4);
    metrics.set('rae_lag_seconds', 'Lag.', 2);
    expect(await metrics.registry.getSingleMetricAsString('rae_lag_seconds')).toContain('rae_lag_seconds 2');
  });

  test('a gauge asks for its value each time the metrics are read', async () => {
    const metrics = createMetrics();
    let open = 1;
    metrics.gauge('rae_subscriptions', 'Open.', () => open);
    expect(await metrics.registry.metrics()).toContain('rae_subscriptions 1');
    open = 5;
    expect(await metrics.registry.metrics()).toContain('rae_subscriptions 5');
  });

  test('two runtimes in one process count apart', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.count('rae_things_total', 'Things.');
    expect(await one.registry.metrics()).toContain('rae_things_total 1');
    expect(await other.registry.metrics()).not.toContain('rae_things_total');
  });

  test('the metrics of the process itself start with rae_ as well', async () => {
    const names = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name);
    expect(names).toContain('rae_nodejs_eventloop_lag_p99_seconds');
    expect(names.filter((name) => !name.startsWith('rae_'))).toEqual([]);
  });
});
