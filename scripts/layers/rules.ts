import type { ImportEdge, SourceFile } from './module-graph.ts';

export interface Violation {
  path: string;
  line: number;
  rule: string;
}

interface Place {
  path: string;
  /** `apps/server`, `packages/media`, `scripts`, … */
  unit: string;
  /** Tests and what only tests use. */
  test: boolean;
  /** Within the server: `platform`, `modules/cameras`, `supervisor`, … */
  layer: string;
}

const forTests = /\.test\.tsx?$|(^|\/)testing\/|(^|\/)test-[^/]+\.ts$/;
const units = /^(?:(?:apps|packages)\/[^/]+|[^/]+)/;

function placeOf(path: string): Place {
  const unit = units.exec(path)?.[0] ?? path;
  const inside = path.slice(`${unit}/src/`.length).split('/');
  const layer =
    unit !== 'apps/server'
      ? ''
      : inside[0] === 'modules' && inside.length > 2
        ? `modules/${inside[1]}`
        : (inside[0] ?? '');
  const test = forTests.test(path) || unit === 'e2e' || unit === 'bench';
  return { path, unit, test, layer };
}

/** Which of our packages each unit may use. Absent: all packages. */
const allowedPackages: Record<string, readonly string[]> = {
  'packages/contract': [],
  'packages/media': [],
  'packages/media-node': ['packages/contract', 'packages/media'],
  'apps/dashboard': ['packages/contract'],
  'apps/simulator': ['packages/contract', 'packages/media'],
  'apps/server': ['packages/contract', 'packages/media', 'packages/media-node'],
};

/** Of the runtime, what computes and touches neither network nor disk. */
const pureBuiltins = new Set(['node:crypto', 'node:buffer', 'node:assert']);
const testLibraries = new Set(['vitest', 'fast-check']);

type Rule = (from: Place, to: Place | null, edge: ImportEdge) => string | null;

const rules: Rule[] = [
  (from, to) => {
    const allowed = allowedPackages[from.unit];
    if (!to || !allowed || to.unit === from.unit || allowed.includes(to.unit)) return null;
    // A test may bring the whole world to what it tests.
    if (from.test && to.unit === 'apps/simulator') return null;
    return `${from.unit} must not import ${to.unit}`;
  },
  (from, to) =>
    to?.unit === 'apps/simulator' && from.unit !== to.unit && !from.test
      ? 'the simulator is the world outside: only tests and benches may import it'
      : null,
  (from, to, { request }) =>
    to && request.startsWith('.') && to.unit !== from.unit && from.unit !== 'scripts' && !from.test
      ? `a relative import must stay within ${from.unit}: use the package's name`
      : null,
  (from, to, { request }) => {
    if (to || from.test) return null;
    if (from.unit === 'packages/contract' && request !== 'zod')
      return `contract imports nothing but zod, not ${request}`;
    if (from.unit === 'packages/media' && !pureBuiltins.has(request)) return `media imports nothing, not ${request}`;
    return testLibraries.has(request) && from.unit.startsWith('packages/') ? `${request} belongs in tests` : null;
  },
  (from, to) =>
    to?.test && !from.test && to.unit === from.unit && from.unit !== 'scripts'
      ? 'what only tests use must not be imported by the product'
      : null,
  (from, to) => (to && to.unit === from.unit && !from.test ? serverRule(from, to) : null),
];

/** What puts the server together, which nothing below it may know. */
const above = ['supervisor', 'commands', 'composition', 'api.ts', 'main.ts'];

/** Imports within the server run one way: composition → modules → media plane → platform. */
function serverRule(from: Place, to: Place): string | null {
  if (from.unit !== 'apps/server' || from.layer === to.layer) return null;
  const below = (layer: string) => layer.startsWith('modules');
  if (from.layer === 'platform' && (below(to.layer) || to.layer === 'media-plane' || above.includes(to.layer)))
    return `platform must not import ${to.layer}`;
  if (from.layer === 'media-plane' && (below(to.layer) || above.includes(to.layer)))
    return `the media plane must not import ${to.layer}`;
  if (from.layer.startsWith('modules') && above.includes(to.layer)) return `modules must not import ${to.layer}`;
  const otherModule = from.layer.startsWith('modules/') && to.layer.startsWith('modules/');
  if (otherModule && !to.path.endsWith('.service.ts')) return 'a module reaches another only through its service';
  return null;
}

const readsEnvironment = /^(apps\/server|packages\/[^/]+)\//;
const environmentReader = 'apps/server/src/config.ts';

/** Everything in the graph that breaks a rule of the house. */
export function findViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) => {
    const from = placeOf(file.path);
    const imports = file.imports.flatMap((edge) => {
      const to = edge.to === null ? null : placeOf(edge.to);
      return rules
        .map((rule) => rule(from, to, edge))
        .filter((broken) => broken !== null)
        .map((rule) => ({ path: file.path, line: edge.line, rule }));
    });
    const bound = readsEnvironment.test(file.path) && file.path !== environmentReader && !from.test;
    const reads = bound
      ? file.environmentReads.map((line) => ({
          path: file.path,
          line,
          rule: `only ${environmentReader} reads process.env`,
        }))
      : [];
    return [...imports, ...reads];
  });
}
