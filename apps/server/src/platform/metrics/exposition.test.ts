import { Counter, Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { exposition, type MetricJson } from './exposition.ts';

async function registryOf(count: number): Promise<readonly MetricJson[]> {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things\nof "any" kind', labelNames: ['kind'], registers: [registry] }).inc(
    { kind: 'a "quoted"\nname \\' },
    count,
  );
  new Histogram({ name: 'delay_seconds', help: 'Delay', buckets: [1, 2], registers: [registry] }).observe(1.5);
  return (await registry.getMetricsAsJSON()) as readonly MetricJson[];
}

describe('exposition', () => {
  it('names every metric once and tells processes apart by label', async () => {
    const text = exposition([
      { labels: {}, metrics: await registryOf(1) },
      { labels: { node: 'n1' }, metrics: await registryOf(2) },
    ]);
    expect(text).toBe(
      [
        '# HELP things_total Things\\nof "any" kind',
        '# TYPE things_total counter',
        'things_total{kind="a \\"quoted\\"\\nname \\\\"} 1',
        'things_total{kind="a \\"quoted\\"\\nname \\\\",node="n1"} 2',
        '# HELP delay_seconds Delay',
        '# TYPE delay_seconds histogram',
        'delay_seconds_bucket{le="1"} 0',
        'delay_seconds_bucket{le="2"} 1',
        'delay_seconds_bucket{le="+Inf"} 1',
        'delay_seconds_sum 1.5',
        'delay_seconds_count 1',
        'delay_seconds_bucket{le="1",node="n1"} 0',
        'delay_seconds_bucket{le="2",node="n1"} 1',
        'delay_seconds_bucket{le="+Inf",node="n1"} 1',
        'delay_seconds_sum{node="n1"} 1.5',
        'delay_seconds_count{node="n1"} 1',
        '',
      ].join('\n'),
    );
  });

  it('writes numbers that are none', () => {
    const metric = { name: 'x', help: 'x', type: 'gauge' };
    const values = [Number.NaN, Infinity, -Infinity].map((value) => ({ value, labels: {} }));
    expect(exposition([{ labels: {}, metrics: [{ ...metric, values }] }])).toContain('x NaN\nx +Inf\nx -Inf\n');
  });
});
