import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';

/** One `import`, `export … from`, `import()` or `import('…')` type, with types counted like values. */
export interface ImportEdge {
  /** As written. */
  request: string;
  /** Path of the file it leads to, from the root; null for packages that are not ours. */
  to: string | null;
  line: number;
}

export interface SourceFile {
  /** From the root, with forward slashes. */
  path: string;
  imports: ImportEdge[];
  /** Lines that read `process.env`. */
  environmentReads: number[];
}

const sourceFile = /\.(ts|tsx|mts)$/;
const ignored = new Set(['node_modules', 'dist', 'coverage', 'data', '.cache', '.git', 'test-results']);

/** Reads every source file of the repository at `root`. */
export function readModuleGraph(root: string): SourceFile[] {
  const packages = ownPackages(root);
  return sourceFiles(root).map((path) => readSource(root, path, packages));
}

function sourceFiles(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (ignored.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourceFiles(root, path);
    return sourceFile.test(entry.name) ? [path] : [];
  });
}

interface OwnPackage {
  folder: string;
  exports: Record<string, string>;
}

/** Our own packages by name. */
function ownPackages(root: string): Map<string, OwnPackage> {
  const folders = ['apps', 'packages'].flatMap((group) =>
    existsSync(join(root, group)) ? readdirSync(join(root, group)).map((name) => `${group}/${name}`) : [],
  );
  const found = new Map<string, OwnPackage>();
  for (const folder of [...folders, 'bench', 'e2e']) {
    const manifest = join(root, folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8')) as {
      name: string;
      exports?: Record<string, string>;
    };
    found.set(name, { folder, exports });
  }
  return found;
}

function readSource(root: string, path: string, packages: Map<string, OwnPackage>): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const { module, program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error) throw new Error(`${path}: ${error.message}`);
  const requests = new Map<string, number>();
  const add = (request: string, offset: number) => {
    if (!requests.has(request)) requests.set(request, offset);
  };
  for (const { moduleRequest } of module.staticImports) add(moduleRequest.value, moduleRequest.start);
  for (const { entries } of module.staticExports)
    for (const { moduleRequest } of entries) if (moduleRequest) add(moduleRequest.value, moduleRequest.start);
  for (const { moduleRequest } of module.dynamicImports) {
    const written = text.slice(moduleRequest.start, moduleRequest.end);
    if (/^(['"]).*\1$/s.test(written)) add(written.slice(1, -1), moduleRequest.start);
  }
  const environment: number[] = [];
  new Visitor({
    TSImportType: ({ source }) => add(source.value, source.start),
    MemberExpression({ object, property, start }) {
      const name = property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : null;
      if (object.type === 'Identifier' && object.name === 'process' && name === 'env') environment.push(start);
    },
    VariableDeclarator({ id, init, start }) {
      if (init?.type !== 'Identifier' || init.name !== 'process' || id.type !== 'ObjectPattern') return;
      const takes = id.properties.some(
        (p) => p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === 'env',
      );
      if (takes) environment.push(start);
    },
    ImportDeclaration({ source, specifiers, start }) {
      const fromProcess = source.value === 'node:process' || source.value === 'process';
      if (fromProcess && specifiers.length > 0) environment.push(start);
    },
  }).visit(program);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  return {
    path,
    imports: [...requests].map(([request, offset]) => ({
      request,
      to: resolve(root, path, request, packages),
      line: lineOf(offset),
    })),
    environmentReads: environment.map(lineOf),
  };
}

function resolve(root: string, from: string, request: string, packages: Map<string, OwnPackage>): string | null {
  if (request.startsWith('.')) return existing(root, join(dirname(from), request.replace(/\?.*$/, '')));
  const [scope = '', name = ''] = request.split('/');
  const own = packages.get(`${scope}/${name}`);
  if (!own) return null;
  const wanted = `.${request.slice(`${scope}/${name}`.length)}`;
  for (const [key, target] of Object.entries(own.exports)) {
    const [before = '', after] = key.split('*');
    if (after === undefined ? key !== wanted : !wanted.startsWith(before)) continue;
    return join(own.folder, after === undefined ? target : target.replace('*', wanted.slice(before.length)));
  }
  // Not exported: Node refuses it too, but the rules still see where it would lead.
  return join(own.folder, wanted);
}

/** Bundlers add the ending themselves. */
function existing(root: string, path: string): string {
  const tries = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`];
  const isFile = (candidate: string) => existsSync(join(root, candidate)) && statSync(join(root, candidate)).isFile();
  return relative('', tries.find(isFile) ?? path);
}
