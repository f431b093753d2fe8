import { readFileSync } from 'node:fs';

/** Field `steal` of `/proc/stat` among the others (proc(5)): what a hypervisor gave to other machines. */
const STEAL = 7;

/** Begins to measure. The answer ends it: percent of all processors' time that was taken from this machine since. */
export function startStolenTime(): () => number {
  const before = processorTimes();
  return () => {
    const since = processorTimes().map((ticks, i) => ticks - (before[i] ?? 0));
    const all = since.reduce((sum, ticks) => sum + ticks, 0);
    return all === 0 ? 0 : (100 * (since[STEAL] ?? 0)) / all;
  };
}

/** Ticks by kind; guests' time is in the users' already. Empty where there is no such file. */
function processorTimes(): number[] {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    return line.trim().split(/\s+/).slice(1, 9).map(Number);
  } catch {
    return [];
  }
}
