/** How many values fill the width: ten minutes, one each five seconds. */
export const sparklineLength = 120;
export const sparklineSize = { width: 120, height: 32 } as const;

export interface SparklinePath {
  readonly line: string;
  /** The same closed down to the base line. */
  readonly area: string;
}

/**
 * Path of a small chart, newest value at the right edge: a line that has just begun is short, not stretched. The base is
 * zero, so that a small wobble of a large number looks like one. Null for less than two values.
 */
export function sparklinePath(values: readonly number[]): SparklinePath | null {
  const shown = values.slice(-sparklineLength);
  if (shown.length < 2) return null;
  const { width, height } = sparklineSize;
  const most = Math.max(...shown, 0);
  const x = (index: number) => width - ((shown.length - 1 - index) * width) / (sparklineLength - 1);
  // A stroke at the very edge would be cut in half.
  const y = (value: number) => height - 1.5 - (most > 0 ? (Math.max(0, value) / most) * (height - 3) : 0);
  const points = shown.map((value, index) => `${x(index).toFixed(2)} ${y(value).toFixed(2)}`);
  const line = `M${points.join('L')}`;
  return { line, area: `${line}L${width} ${height}L${x(0).toFixed(2)} ${height}Z` };
}
