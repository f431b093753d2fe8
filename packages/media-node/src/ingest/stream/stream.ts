import type { StreamReason, StreamState } from '@marsad/contract';
import type { AccessUnit, Track, VideoTrack } from '@marsad/media';
import type { Clock, Timer } from '../../clock/clock.ts';
import { newCounters, type Source, type SourceCounters, SourceError, type SourceFactory } from '../source/source.ts';
import { Backoff, type BackoffOptions } from './backoff.ts';
import type { Fanout } from './fanout.ts';
import type { FedStream } from './fed-stream.ts';
import { PictureWatch } from './picture-watch.ts';
import { Probe, type ProbeOptions } from './probe.ts';
import { StatusTeller } from './status-teller.ts';

export interface StreamOptions {
  readonly source: SourceFactory;
  /** Where the pictures go. Not closed with the stream: its sinks wait there for the next one. */
  readonly fanout: Fanout;
  readonly mode: 'always' | 'on-demand';
  readonly clock: Clock;
  readonly random?: () => number;
  readonly backoff?: Omit<BackoffOptions, 'random'>;
  readonly probe?: Partial<Omit<ProbeOptions, 'random'>>;
  /** Before an `always` stream is opened, milliseconds: spreads the start of hundreds. Default 0. */
  readonly startDelayMs?: number;
  /** On demand: how long it stays open after its last sink left. Default 10 s. */
  readonly lingerMs?: number;
  /** Without a picture for longer than this it is `frozen`. Default 2 s. */
  readonly frozenMs?: number;
  /** Without a picture for longer than this the connection is given up. Default 10 s. */
  readonly stallMs?: number;
  /** Live for this long, and earlier failures are forgotten. Default 10 s. */
  readonly provenMs?: number;
}

/**
 * One profile of one camera: keeps a source open while it should be, tells its state, and feeds a `Fanout`.
 *
 * A failure is followed by attempts after 1, 2 and 4 s; then the breaker is open for 30 s, one trial is made, and so
 * on. A refused password or a codec that cannot be shown opens the breaker at once. Until pictures arrive again the
 * state stays what the failure made it, so that a dead camera does not flicker.
 */
export class Stream implements FedStream {
  readonly #options: StreamOptions;
  readonly #clock: Clock;
  readonly #fanout: Fanout;
  readonly #backoff: Backoff;
  readonly #probe: Probe;
  readonly #teller: StatusTeller;
  readonly #counters = newCounters();
  readonly #watch: PictureWatch;

  #source: Source | null = null;
  #announced: VideoTrack | null = null;
  #retry: Timer | null = null;
  #linger: Timer | null = null;
  #closed = false;
  #started = false;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#fanout = options.fanout;
    this.#teller = new StatusTeller(options.fanout, options.clock);
    this.#watch = new PictureWatch({
      clock: options.clock,
      frozenMs: options.frozenMs ?? 2000,
      stallMs: options.stallMs ?? 10_000,
      provenMs: options.provenMs ?? 10_000,
      onFrozen: () => this.#teller.say('frozen', 'NO_PICTURE', null),
      onStalled: (ms) => this.#failed(new SourceError('NO_PICTURE', `${Math.round(ms / 1000)} s`)),
      onProven: () => this.#backoff.reset(),
    });
    const random = options.random ? { random: options.random } : {};
    this.#backoff = new Backoff({ ...options.backoff, ...random });
    const asking = new Backoff({ ...options.backoff, ...random });
    this.#probe = new Probe({
      clock: options.clock,
      probe: async (signal) => {
        const found = await options.source.probe(signal);
        asking.reset();
        return found;
      },
      // An offline camera cannot be reserved: one request that got lost must not make it so for a minute.
      retryMs: ({ reason }) => (stateFor(reason) === 'offline' ? asking.failed() : null),
      found: (what, nextAt) => this.#probed(what, nextAt),
      ...options.probe,
      ...random,
    });
  }

  start(): void {
    if (this.#started || this.#closed) return;
    this.#started = true;
    this.#teller.say('connecting', null, null);
    if (this.#wanted) this.#retry = this.#clock.after(this.#options.startDelayMs ?? 0, () => this.#open());
    else this.#probe.start(true);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimers();
    this.#probe.stop();
    this.#drop();
  }

  /** To be called whenever the number of sinks changed. */
  sinksChanged(): void {
    if (this.#closed || !this.#started || this.#options.mode === 'always') return;
    if (this.#fanout.sinks > 0) {
      this.#linger?.cancel();
      this.#linger = null;
      if (!this.#source && !this.#retry) this.#open();
    } else if (!this.#linger && (this.#source || this.#retry)) {
      this.#linger = this.#clock.after(this.#options.lingerMs ?? 10_000, () => this.#rest());
    }
  }

  get counters(): Readonly<SourceCounters> {
    return this.#counters;
  }

  get announced(): VideoTrack | null {
    return this.#announced;
  }

  get #wanted(): boolean {
    return this.#options.mode === 'always' || this.#fanout.sinks > 0 || this.#linger !== null;
  }

  #open(): void {
    this.#retry = null;
    if (this.#closed) return;
    this.#probe.stop();
    const { state, reason, detail } = this.#fanout.currentStatus;
    if (state === 'idle') this.#teller.say('connecting', null, null);
    else this.#teller.say(state, reason, detail);

    let current = true;
    const source = this.#options.source.open(
      {
        tracks: (tracks) => {
          if (current) this.#tracks(tracks);
        },
        unit: (unit) => {
          if (current) this.#unit(unit);
        },
        ended: (error) => {
          if (current) this.#failed(error);
        },
      },
      this.#counters,
    );
    this.#source = {
      start: () => source.start(),
      close: () => {
        current = false;
        source.close();
      },
    };
    this.#watch.start();
    this.#source.start();
  }

  #tracks(tracks: readonly Track[]): void {
    this.#fanout.tracks(tracks);
  }

  #unit(unit: AccessUnit): void {
    if (unit.kind === 'video') {
      this.#watch.picture();
      this.#teller.lastPictureAt = unit.arrival;
      if (this.#fanout.currentStatus.state !== 'live') this.#teller.say('live', null, null);
    }
    this.#fanout.push(unit);
  }

  #failed(error: SourceError): void {
    this.#drop();
    const state = stateFor(error.reason);
    const wait = state === 'offline' ? this.#backoff.failed() : this.#backoff.refused();
    if (!this.#wanted) {
      this.#teller.say(state, error.reason, error.detail);
      this.#probe.start(false);
      return;
    }
    this.#teller.say(state, error.reason, error.detail, this.#clock.now() + wait);
    this.#retry = this.#clock.after(wait, () => this.#open());
  }

  /** The last sink left a while ago. */
  #rest(): void {
    this.#linger = null;
    this.#stopTimers();
    this.#drop();
    const { state, reason, detail } = this.#fanout.currentStatus;
    const well = state === 'live' || state === 'frozen';
    if (well) this.#teller.say('idle', null, null);
    else this.#teller.say(state, reason, detail);
    this.#backoff.reset();
    this.#probe.start(!well);
  }

  #probed(what: VideoTrack | SourceError | null, nextAt: number): void {
    if (this.#source || this.#closed) return;
    if (what instanceof SourceError) this.#teller.say(stateFor(what.reason), what.reason, what.detail, nextAt);
    else {
      this.#announced = what;
      this.#teller.say('idle', null, null);
    }
  }

  #drop(): void {
    this.#watch.stop();
    const source = this.#source;
    this.#source = null;
    source?.close();
    this.#fanout.interrupted();
  }

  #stopTimers(): void {
    for (const timer of [this.#retry, this.#linger]) timer?.cancel();
    this.#retry = this.#linger = null;
    this.#watch.stop();
  }

  /** Wall clock of the last picture, milliseconds since the epoch. */
  get lastPictureAt(): number | null {
    return this.#teller.lastPictureAt;
  }
}

function stateFor(reason: StreamReason): StreamState {
  switch (reason) {
    case 'AUTH_FAILED':
      return 'unauthorized';
    case 'NO_VIDEO':
    case 'CODEC_UNSUPPORTED':
      return 'unsupported';
    default:
      return 'offline';
  }
}
