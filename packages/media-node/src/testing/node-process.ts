import { pino } from 'pino';
import { type MediaNodeOptions, startMediaNode } from '../media-node.ts';

/** A media node as a process of its own, for tests that kill it: options come over IPC, `ready` goes back. */
process.once('message', (options: Omit<MediaNodeOptions, 'log'>) => {
  startMediaNode({ ...options, log: pino({ level: 'silent' }) }).then(
    () => process.send?.('ready'),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));
