/** One metric as `prom-client` writes it with `getMetricsAsJSON()`. */
export interface MetricJson {
  readonly name: string;
  readonly help: string;
  readonly type: string | number;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number | undefined>>;
    readonly metricName?: string;
  }[];
}

/** Metrics of one process, told apart from the same metrics of another by labels. */
export interface MetricSource {
  readonly labels: Readonly<Record<string, string>>;
  readonly metrics: readonly MetricJson[];
}

/**
 * Several processes' metrics as one page in the Prometheus text format 0.0.4: each name once with its HELP and TYPE,
 * which is why pages cannot just be put one after the other.
 */
export function exposition(sources: readonly MetricSource[]): string {
  const pages = new Map<string, { help: string; type: string; lines: string[] }>();
  for (const source of sources) {
    for (const metric of source.metrics) {
      let page = pages.get(metric.name);
      if (page === undefined) {
        page = { help: metric.help, type: String(metric.type), lines: [] };
        pages.set(metric.name, page);
      }
      for (const { value, labels, metricName } of metric.values) {
        page.lines.push(`${metricName ?? metric.name}${labelsOf({ ...labels, ...source.labels })} ${numberOf(value)}`);
      }
    }
  }
  let text = '';
  for (const [name, { help, type, lines }] of pages) {
    text += `# HELP ${name} ${help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const line of lines) text += `${line}\n`;
  }
  return text;
}

function labelsOf(labels: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(labels)
    .filter(([, value]) => value !== undefined)
    .map(
      ([name, value]) => `${name}="${String(value).replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"')}"`,
    );
  return parts.length > 0 ? `{${parts.join(',')}}` : '';
}

function numberOf(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return String(value);
}
