import type { SourceFile } from './module-graph.ts';

/**
 * Groups of files that import each other, directly or around corners (Tarjan's strongly connected components).
 * Each is given as one of its cycles.
 */
export function findCycles(files: readonly SourceFile[]): string[][] {
  const targets = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ to }) => (to === null ? [] : [to]))]),
  );
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];

  const visit = (path: string): number => {
    const own = index.size;
    index.set(path, own);
    low.set(path, own);
    stack.push(path);
    onStack.add(path);
    for (const next of targets.get(path) ?? []) {
      if (!targets.has(next)) continue;
      const known = index.get(next);
      if (known === undefined) low.set(path, Math.min(low.get(path) ?? own, visit(next)));
      else if (onStack.has(next)) low.set(path, Math.min(low.get(path) ?? own, known));
    }
    if (low.get(path) === own) {
      const group = stack.splice(stack.indexOf(path));
      for (const member of group) onStack.delete(member);
      if (group.length > 1 || targets.get(path)?.includes(path)) found.push(oneCycle(path, new Set(group), targets));
    }
    return low.get(path) ?? own;
  };
  for (const path of targets.keys()) if (!index.has(path)) visit(path);
  return found;
}

/** The shortest way from a file back to itself. */
function oneCycle(start: string, group: ReadonlySet<string>, targets: ReadonlyMap<string, string[]>): string[] {
  const before = new Map<string, string>();
  const queue = [start];
  for (const path of queue) {
    for (const next of targets.get(path) ?? []) {
      if (next === start) return wayBack(path, start, before);
      if (!group.has(next) || before.has(next)) continue;
      before.set(next, path);
      queue.push(next);
    }
  }
  return [start];
}

function wayBack(end: string, start: string, before: ReadonlyMap<string, string>): string[] {
  const way = [start];
  for (let path: string | undefined = end; path !== undefined && path !== start; path = before.get(path))
    way.splice(1, 0, path);
  return [...way, start];
}
