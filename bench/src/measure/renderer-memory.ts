import { readdir, readFile } from 'node:fs/promises';

/** The processes below `pid`, itself left out. */
async function descendants(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const entry of await readdir('/proc')) {
    const child = Number(entry);
    if (!Number.isInteger(child)) continue;
    const stat = await readFile(`/proc/${child}/stat`, 'utf8').catch(() => null);
    // Field 4, counted from the last bracket: the command name before it may hold anything (proc(5)).
    if (stat) parents.set(child, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (of: number): number[] =>
    [...parents].filter(([, parent]) => parent === of).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

/** Proportional set size in bytes: pages shared with other processes count in part (proc(5), smaps_rollup). */
async function proportionalSize(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}

/** Memory of all renderer processes of the Chromium that this process started, in bytes. */
export async function rendererMemory(): Promise<number> {
  let total = 0;
  for (const pid of await descendants(process.pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('--type=renderer')) total += await proportionalSize(pid);
  }
  return total;
}
