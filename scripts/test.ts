// All checks and tests, in the order in which they fail soonest. Stops at the first section that fails.
//
//   npm test                    everything
//   npm test -- types layers    only these sections
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Count, check, playwright, root, vitest } from './test/programs.ts';
import { bringSystemPrograms } from './test/system-programs.ts';

interface Section {
  name: string;
  title: string;
  run: () => Promise<Count>;
}

const tsc = 'node_modules/typescript/bin/tsc';

const sections: Section[] = [
  { name: 'types', title: 'Types: server and packages', run: () => check(tsc, ['-p', 'tsconfig.json']) },
  { name: 'types', title: 'Types: dashboard', run: () => check(tsc, ['-p', 'apps/dashboard/tsconfig.json']) },
  { name: 'lint', title: 'Lint and format', run: () => check('node_modules/@biomejs/biome/bin/biome', ['ci', '.']) },
  { name: 'layers', title: 'Layers and import cycles', run: () => check('scripts/layers.ts', []) },
  { name: 'dead', title: 'Dead code', run: () => check('node_modules/knip/bin/knip.js', []) },
  { name: 'unit', title: 'Unit and integration, with coverage', run: () => vitest(['--coverage']) },
  { name: 'e2e', title: 'End to end', run: endToEnd },
];

async function endToEnd(): Promise<Count> {
  const total = { passed: 0, failed: 0 };
  if (existsSync(join(root, 'e2e/vitest.config.ts'))) add(total, await vitest(['--config', 'e2e/vitest.config.ts']));
  if (total.failed === 0 && existsSync(join(root, 'e2e/playwright.config.ts')))
    add(total, await playwright('e2e/playwright.config.ts'));
  return total;
}

function add(total: Count, { passed, failed }: Count): void {
  total.passed += passed;
  total.failed += failed;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !sections.some((section) => section.name === name));
const total = { passed: 0, failed: 0 };
const began = performance.now();
try {
  if (unknown.length > 0)
    throw new Error(
      `There is no section ${unknown.join(', ')}: ${[...new Set(sections.map(({ name }) => name))].join(', ')}`,
    );
  bringSystemPrograms();
  for (const { name, title, run } of sections) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    console.log(`\n━━ ${title}`);
    const sectionBegan = performance.now();
    const found = await run();
    add(total, found);
    const seconds = ((performance.now() - sectionBegan) / 1000).toFixed(1);
    console.log(`━━ ${title}: ${found.failed === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
    if (found.failed > 0) break;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed++;
}
console.log(`\nin ${((performance.now() - began) / 1000).toFixed(0)} s`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 ? 1 : 0;
