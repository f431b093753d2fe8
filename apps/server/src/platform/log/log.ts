import { type DestinationStream, type Logger, pino } from 'pino';

export type Log = Logger;

export interface LogOptions {
  readonly level: string;
  /** Which process speaks: `api`, `worker`. */
  readonly role: string;
  readonly destination?: DestinationStream;
}

const secretKeys = [
  'password',
  'new_password',
  'current_password',
  'token',
  'access_token',
  'secret',
  'authorization',
  'cookie',
];

/** One JSON line per event, on standard output. Known secret fields are blanked even when somebody logs a whole object. */
export function createLog({ level, role, destination }: LogOptions): Log {
  const options = {
    level,
    base: { role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: secretKeys.flatMap((key) => [key, `*.${key}`, `headers.${key}`, `req.headers.${key}`]),
      censor: '***',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
