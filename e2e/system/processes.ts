import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../../apps/server/src/run-folder.ts';

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** Pids of the parts that run on a data folder, by name: `postgres`, `api`, `media-node-1`, `supervisor`, … */
export function partsOf(dataDir: string): Map<string, number> {
  const folder = runFolder(dataDir);
  const names = readdirSync(folder).filter((file) => file.endsWith('.pid'));
  const parts = new Map<string, number>();
  for (const name of names) {
    // One that ends at this moment takes its file along.
    const file = join(folder, name);
    if (existsSync(file))
      parts.set(name.slice(0, -'.pid'.length), (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid);
  }
  return parts;
}

export function pidOf(dataDir: string, part: string): number {
  const pid = partsOf(dataDir).get(part);
  if (pid === undefined) throw new Error(`${part} does not run`);
  return pid;
}

/**
 * Everything that runs on a data folder: what names it in its command line or was given it as a setting, and all that
 * such a process started. Processes that have ended and wait for their parent do not count.
 */
export function processesOf(dataDir: string): RunningProcess[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (look(Number(name)) ?? []) : []));
  const belongs = new Set<number>();
  for (const { pid, command, environment } of all) {
    if (pid === process.pid) continue;
    if (command.includes(dataDir) || environment.split('\0').includes(`MARSAD_DATA=${dataDir}`)) belongs.add(pid);
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const { pid, parent } of all) {
      if (belongs.has(parent) && !belongs.has(pid)) {
        belongs.add(pid);
        grown = true;
      }
    }
  }
  return all.filter(({ pid }) => belongs.has(pid)).map(({ pid, command }) => ({ pid, command }));
}

function look(pid: number): { pid: number; parent: number; command: string; environment: string } | null {
  try {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    const stat = read('stat');
    // proc(5): the name in brackets may hold anything; state and parent come after it.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return {
      pid,
      parent: Number(parent),
      command: read('cmdline').replaceAll('\0', ' ').trim(),
      environment: read('environ'),
    };
  } catch {
    // It has ended, or belongs to somebody whose processes we may not read.
    return null;
  }
}
