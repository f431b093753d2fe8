import type { Options } from './command-line.ts';

/** What a bench is asked for; each bench documents the ones it heeds. */
interface BenchOptions {
  readonly seconds: number;
  readonly runs: number;
  /** Everything else given on the command line, by name. */
  readonly options: Options;
}

/** A figure with its unit and, where the project promised one, the bound it must keep. */
interface Figure {
  readonly name: string;
  readonly value: number | string | boolean | null;
  readonly unit?: string;
  readonly target?: string;
}

export interface BenchResult {
  /** For people: a table. */
  readonly figures: readonly Figure[];
  /** For machines: the last line of the output, one JSON object. */
  readonly json: Readonly<Record<string, number | string | boolean | null>>;
}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  /** Options of its own, for the help: name → what it means and its default. */
  readonly options: Readonly<Record<string, string>>;
  run(options: BenchOptions, say: (line: string) => void): Promise<BenchResult>;
}
