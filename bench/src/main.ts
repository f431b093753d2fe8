import type { Bench } from './bench.ts';
import { benches } from './benches/index.ts';
import { numberOption, parseCommandLine } from './command-line.ts';
import { printReport } from './report.ts';

function help(): string {
  const describe = (bench: Bench) =>
    [
      `  ${bench.name.padEnd(14)}${bench.summary}`,
      ...Object.entries(bench.options).map(([name, meaning]) => `    --${name.padEnd(18)}${meaning}`),
    ].join('\n');
  return [
    'npm run bench NAME -- [--seconds N] [--runs N] [options]',
    '',
    'Each prints a table and, as its last line, one JSON object.',
    '',
    ...benches.map(describe),
  ].join('\n');
}

const { name, options } = parseCommandLine(process.argv.slice(2));
const bench = benches.find((candidate) => candidate.name === name);
if (!bench) {
  console.log(help());
  process.exit(name === null ? 0 : 2);
}
try {
  const seconds = numberOption(options, 'seconds', 10);
  const runs = numberOption(options, 'runs', 10);
  printReport(bench.name, await bench.run({ seconds, runs, options }, (line) => console.log(line)));
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
