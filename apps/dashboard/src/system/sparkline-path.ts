/** How many values fill the width: ten minutes, one each five seconds. */
export const sparklineLength = 120;
export const sparklineSize = { width: 120, height: 32 } as const;

export interface SparklinePath {
  readonly line: string;
  /** The same closed down to the base line. */
  readonly area: string;
}

/** Where a value is in a picture of `sparklineSize`. The newest is at the right edge; the base is zero. */
export function placeOf(values: readonly number[], index: number): { readonly x: number; readonly y: number } {
  const { width, height } = sparklineSize;
  const most = Math.max(...values.slice(-sparklineLength), 0);
  const x = width - ((values.length - 1 - index) * width) / (sparklineLength - 1);
  // A stroke at the very edge would be cut in half.
  const y = height - 1.5 - (most > 0 ? (Math.max(0, values[index] ?? 0) / most) * (height - 3) : 0);
  return { x, y };
}

/**
 * Path of a small chart, newest value at the right edge: a line that has just begun is short, not stretched. The base is
 * zero, so that a small wobble of a large number looks like one. Null for less than two values.
 */
export function sparklinePath(values: readonly number[]): SparklinePath | null {
  const shown = values.slice(-sparklineLength);
  if (shown.length < 2) return null;
  const { width, height } = sparklineSize;
  const points = shown.map((_, index) => {
    const { x, y } = placeOf(shown, index);
    return `${x.toFixed(2)} ${y.toFixed(2)}`;
  });
  const line = `M${points.join('L')}`;
  return { line, area: `${line}L${width} ${height}L${placeOf(shown, 0).x.toFixed(2)} ${height}Z` };
}

/** The value nearest to a place, as a fraction of the width from the left; `count` of them are there. */
export function indexAt(fraction: number, count: number): number {
  const index = count - 1 - Math.round((1 - fraction) * (sparklineLength - 1));
  return Math.min(count - 1, Math.max(0, count - sparklineLength, index));
}

/** Where a key leads from `index`: an arrow by one value, with Page by a minute. Null for keys that lead nowhere. */
export function movedBy(key: string, index: number, count: number): number | null {
  const first = Math.max(0, count - sparklineLength);
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowDown: -1,
    ArrowRight: 1,
    ArrowUp: 1,
    PageDown: -12,
    PageUp: 12,
    Home: -Number.MAX_SAFE_INTEGER,
    End: Number.MAX_SAFE_INTEGER,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(count - 1, Math.max(first, index + step));
}
