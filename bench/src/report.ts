import { cpus } from 'node:os';
import type { BenchResult } from './bench.ts';

const show = (value: unknown) =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? String(value)
      : value.toFixed(value < 10 ? 2 : 1)
    : String(value);

/** A table for people; then, as the last line, one JSON object for machines. */
export function printReport(name: string, result: BenchResult): void {
  const rows = result.figures.map((figure) => [
    figure.name,
    `${show(figure.value)}${figure.unit ? ` ${figure.unit}` : ''}`,
    figure.target ?? '',
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  console.log(`\n${name} on ${cpus()[0]?.model ?? 'an unknown processor'}, ${cpus().length} cores\n`);
  for (const row of rows)
    console.log(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  console.log(`\n${JSON.stringify(result.json)}`);
}
