import type { StreamStatus } from '@marsad/contract';
import { CameraPush } from '@marsad/media-node';
import { pino } from 'pino';
import { PushReport } from './push-report.ts';

export interface WhipPushOptions {
  /** `rtsp:` or `rtsps:`. */
  readonly rtsp: string;
  readonly transport: 'auto' | 'tcp' | 'udp';
  /** `rtsps`: whether the camera's certificate must be valid. */
  readonly verify: boolean;
  /** `http:` or `https:`. */
  readonly whip: string;
  readonly token: string | null;
  readonly quiet: boolean;
  /** Takes lines for people. */
  readonly write: (line: string) => void;
  /** Between two lines of figures, milliseconds. Default 10,000. */
  readonly interval?: number;
  /** Ends the push as Ctrl-C does. */
  readonly signal: AbortSignal;
}

/** What `marsad whip-push` exits with. */
export const pushExit = {
  /** It was told to stop. */
  stopped: 0,
  /** What was asked for makes no sense. */
  usage: 1,
  /** The camera will not give its pictures: wrong name or password, or nothing that can be shown. */
  camera: 3,
  /** The server will not take them: wrong key, or no such stream there. */
  server: 4,
} as const;

/**
 * Pushes a camera until it is told to stop. What is refused before the first picture has gone out ends it: that is a mistake
 * in what was asked for. Everything else, and everything later, is tried again.
 * @returns the exit code
 */
export async function pushCamera(options: WhipPushOptions): Promise<number> {
  const { promise: over, resolve: end } = Promise.withResolvers<number>();
  const report = new PushReport(options);
  let pushed = false;
  const push = new CameraPush({
    camera: { url: options.rtsp, transport: options.transport, verifyCertificate: options.verify },
    target: { url: options.whip, token: options.token },
    log: pino({ level: 'silent' }),
    onCamera: (status) => {
      report.camera(status, push.video);
      if (!pushed && isHopeless(status)) end(pushExit.camera);
    },
    onPush: (status) => {
      report.server(status);
      if (status.state === 'pushing') pushed = true;
      if (!pushed && status.refused) end(pushExit.server);
    },
  });
  const stop = () => end(pushExit.stopped);
  options.signal.addEventListener('abort', stop, { once: true });
  if (options.signal.aborted) stop();
  push.start();
  const figures = setInterval(() => void push.figures().then((now) => report.figures(now)), options.interval ?? 10_000);
  const code = await over;
  clearInterval(figures);
  await push.close();
  report.end(await push.figures(), code !== pushExit.stopped);
  return code;
}

/** A Ctrl-C reaches us from the terminal and again from npm and the launcher: one press, not two. */
const samePressMs = 700;

/** The same in a terminal: Ctrl-C ends it, a second one at once. @returns the exit code */
export async function runWhipPush(options: Omit<WhipPushOptions, 'write' | 'signal'>): Promise<number> {
  const stop = new AbortController();
  let asked = Number.NEGATIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (performance.now() - asked < samePressMs) return;
      if (stop.signal.aborted) process.exit(130);
      asked = performance.now();
      stop.abort();
    });
  }
  return pushCamera({ ...options, write: (line) => process.stderr.write(`${line}\n`), signal: stop.signal });
}

function isHopeless({ state, reason }: StreamStatus): boolean {
  return state === 'unauthorized' || state === 'unsupported' || reason === 'ADDRESS_INVALID';
}
