import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Tells a process from a later one that got the same number. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system writes it: only for comparison. */
  startedAt: string;
}

/** Who has this number now; `null` when nobody, or a process that has ended and only waits for its parent. */
export function identify(pid: number): ProcessIdentity | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    if (process.platform !== 'linux') {
      const startedAt = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
      return startedAt === '' ? null : { pid, startedAt };
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in brackets and may itself hold spaces and brackets (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    return startTime === undefined || state === 'Z' || state === 'X' ? null : { pid, startedAt: startTime };
  } catch {
    return null;
  }
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** The command line, or '' when it cannot be read. */
export function commandLine(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/**
 * Asks a process to end, and after `patienceMs` makes it.
 * @param group also everything it started in its process group
 */
export async function endProcess(
  identity: ProcessIdentity,
  signal: 'SIGTERM' | 'SIGINT',
  patienceMs: number,
  group = true,
): Promise<'ended' | 'killed'> {
  send(identity, signal, false);
  if (await waitForEnd(identity, patienceMs)) {
    if (group) send(identity, 'SIGKILL', true);
    return 'ended';
  }
  send(identity, 'SIGKILL', group);
  await waitForEnd(identity, 5000);
  return 'killed';
}

/** @returns whether it has ended within `withinMs` */
export async function waitForEnd(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (isRunning(identity)) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}

function send(identity: ProcessIdentity, signal: NodeJS.Signals, group: boolean): void {
  // The leader of a group may be gone while its members live on: their group keeps its number from being used again.
  if (!group && !isRunning(identity)) return;
  try {
    process.kill(group ? -identity.pid : identity.pid, signal);
  } catch {
    // ESRCH: it ended in between.
  }
}
