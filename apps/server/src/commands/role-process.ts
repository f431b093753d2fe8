import type { Log } from '../platform/log/log.ts';

const closeMs = 8000;

/**
 * Keeps a role's process alive until SIGTERM or SIGINT, then closes what it opened.
 * What nobody caught ends the process: its supervisor starts a clean one.
 */
export async function runRole(log: Log, open: () => Promise<{ close(): Promise<void> }>): Promise<never> {
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught: this process ends');
    process.exit(1);
  });
  const { promise: asked, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  const role = await open();
  const signal = await asked;
  log.info({ signal }, 'stopping');
  const late = setTimeout(() => {
    log.error('closing took too long');
    process.exit(1);
  }, closeMs);
  await role.close();
  clearTimeout(late);
  process.exit(0);
}
