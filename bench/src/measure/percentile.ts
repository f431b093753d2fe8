/**
 * The value below which `percent` of the samples lie (nearest rank). Of an empty list: NaN, which shows in a report,
 * where a zero would look like a splendid result.
 */
export function percentile(samples: readonly number[], percent: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
