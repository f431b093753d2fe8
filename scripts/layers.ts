// Checks that imports run one way, that none run in a circle, and that one file alone reads the environment.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCycles } from './layers/cycles.ts';
import { readModuleGraph } from './layers/module-graph.ts';
import { findViolations } from './layers/rules.ts';

/** @returns one line for each thing that is wrong, and how many files were looked at */
export function checkLayers(root: string): { files: number; problems: string[] } {
  const graph = readModuleGraph(root);
  const violations = findViolations(graph).map(({ path, line, rule }) => `${path}:${line}: ${rule}`);
  const cycles = findCycles(graph).map((cycle) => `import cycle: ${cycle.join(' → ')}`);
  return { files: graph.length, problems: [...violations, ...cycles] };
}

if (import.meta.main) {
  const root = process.argv[2] ? resolve(process.argv[2]) : fileURLToPath(new URL('..', import.meta.url));
  const { files, problems } = checkLayers(root);
  for (const problem of problems) console.log(problem);
  console.log(`${files} files, ${problems.length} problems`);
  process.exit(problems.length > 0 ? 1 : 0);
}
