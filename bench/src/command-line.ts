export type Options = Readonly<Record<string, string | true>>;

/** Splits `NAME --key value --flag --key=value`: a bench has options of its own, so there is no schema to parse by. */
export function parseCommandLine(args: readonly string[]): { name: string | null; options: Options } {
  const options: Record<string, string | true> = {};
  let name: string | null = null;
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? '';
    if (!argument.startsWith('--')) {
      name ??= argument;
      continue;
    }
    const [key = '', inline] = argument.slice(2).split('=', 2);
    const next = args[index + 1];
    if (inline !== undefined) options[key] = inline;
    else if (next !== undefined && !next.startsWith('--')) options[key] = args[++index] ?? '';
    else options[key] = true;
  }
  return { name, options };
}

/** A number above 0, or an error that a person at the command line understands. */
export function numberOption(options: Options, name: string, otherwise: number): number {
  const value = Number(options[name] ?? otherwise);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Error(`--${name} takes a number above 0, not "${String(options[name])}"`);
}
