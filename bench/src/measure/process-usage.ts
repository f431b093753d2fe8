import { readFile } from 'node:fs/promises';

/** Kernel clock ticks per second: 100 on every Linux that Node runs on (sysconf(_SC_CLK_TCK)). */
const TICKS_PER_SECOND = 100;

interface ProcessUsage {
  /** CPU seconds, user and system, since the process began. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** Reads what a process has used so far (proc(5): fields 14 and 15 of stat, VmRSS of status). Linux only. */
async function processUsage(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
  ]);
  // The command name in field 2 may hold spaces and brackets, so fields are counted from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  const rssBytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  return { cpuSeconds, rssBytes };
}

export interface UsageOverTime {
  /** CPU cores used on average, all processes together. */
  readonly cores: number;
  /** Resident memory at the end, all processes together. */
  readonly rssBytes: number;
  readonly seconds: number;
}

/** Measures processes from this call to `stop()`. */
export async function startUsage(pids: readonly number[]): Promise<{ stop(): Promise<UsageOverTime> }> {
  const before = await Promise.all(pids.map(processUsage));
  const startedAt = performance.now();
  return {
    async stop() {
      const after = await Promise.all(pids.map(processUsage));
      const seconds = (performance.now() - startedAt) / 1000;
      const total = (usages: readonly ProcessUsage[]) => usages.reduce((sum, usage) => sum + usage.cpuSeconds, 0);
      return {
        cores: (total(after) - total(before)) / seconds,
        rssBytes: after.reduce((sum, usage) => sum + usage.rssBytes, 0),
        seconds,
      };
    },
  };
}
