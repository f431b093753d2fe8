import type { Config } from '../config.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { Terminal } from '../supervisor/terminal.ts';

/** A Ctrl-C reaches us from the terminal and again from npm and the launcher: one press, not two. */
const samePressMs = 700;

/** Runs until it is told to stop. @returns the exit code */
export async function runStart(config: Config): Promise<number> {
  const terminal = new Terminal();
  const supervisor = new Supervisor({ config, terminal });
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  let asked = Number.NEGATIVE_INFINITY;
  const onSignal = () => {
    const sinceMs = performance.now() - asked;
    if (sinceMs < samePressMs) return;
    if (asked !== Number.NEGATIVE_INFINITY) {
      terminal.warn('Ended at once');
      supervisor.kill();
      process.exit(130);
    }
    asked = performance.now();
    terminal.close();
    terminal.line('  Stopping (Ctrl-C again ends everything at once)');
    void supervisor.close();
    stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // A terminal that has been closed must not end us in the middle of a write.
  process.stdout.on('error', () => {});

  terminal.line();
  try {
    await supervisor.start();
    await stopped;
    await supervisor.close();
    terminal.line('  Stopped');
    return 0;
  } catch (error) {
    const interrupted = asked !== Number.NEGATIVE_INFINITY;
    if (!interrupted) terminal.failure(error);
    await supervisor.close();
    if (interrupted) terminal.line('  Stopped');
    return interrupted ? 130 : 1;
  } finally {
    terminal.close();
  }
}
