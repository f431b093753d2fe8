import type { VideoTrack } from '@marsad/media';
import type { Clock, Timer } from '../../clock/clock.ts';
import { SourceError } from '../source/source.ts';

export interface ProbeOptions {
  readonly clock: Clock;
  readonly probe: (signal: AbortSignal) => Promise<VideoTrack | null>;
  /** One probe is done, and this is what the camera describes, or why it does not. `nextAt` is wall clock in milliseconds. */
  readonly found: (what: VideoTrack | SourceError | null, nextAt: number) => void;
  /** After how many milliseconds one that failed is made again; null: after a whole period. Default null. */
  readonly retryMs?: (error: SourceError) => number | null;
  /** Between probes, milliseconds. Default 60 s, 10 % of it random. */
  readonly everyMs?: number;
  /** The first probe is made at a random moment within this time, so that hundreds do not start together. Default 5 s. */
  readonly firstWithinMs?: number;
  readonly random?: () => number;
}

/** Asks an idle camera now and then whether it is there. */
export class Probe {
  readonly #options: ProbeOptions;
  readonly #random: () => number;
  #timer: Timer | null = null;
  #running: AbortController | null = null;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** `soon`: the state is not known, so the first probe comes within seconds; else after a whole period. */
  start(soon: boolean): void {
    if (this.#timer || this.#running) return;
    this.#schedule(soon ? this.#random() * (this.#options.firstWithinMs ?? 5000) : this.#period());
  }

  /** Also breaks off a probe that is under way. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#running?.abort();
    this.#running = null;
  }

  #schedule(ms: number): void {
    this.#timer = this.#options.clock.after(ms, () => {
      this.#timer = null;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    let found: VideoTrack | SourceError | null;
    try {
      found = await this.#options.probe(running.signal);
    } catch (thrown) {
      found =
        thrown instanceof SourceError ? thrown : new SourceError('PROTOCOL_ERROR', 'probe failed unexpectedly', thrown);
    }
    if (this.#running !== running) return;
    this.#running = null;
    const retry = found instanceof SourceError ? this.#options.retryMs?.(found) : null;
    const wait = retry ?? this.#period();
    this.#schedule(wait);
    this.#options.found(found, this.#options.clock.now() + wait);
  }

  #period(): number {
    return (this.#options.everyMs ?? 60_000) * (0.9 + 0.2 * this.#random());
  }
}
