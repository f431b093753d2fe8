import type { StreamStatus } from '@marsad/contract';
import type { Feed, FeedReader } from '../edge/feed/feed.ts';
import { Backoff, type BackoffOptions } from '../ingest/stream/backoff.ts';
import type { StreamKey } from '../stream-provider.ts';
import { type PushParts, PushSession, type PushTarget } from './push-session.ts';
import type { WhipError } from './whip-client.ts';

/**
 * - `waiting`: the camera has no picture
 * - `connecting`: being offered to the server
 * - `pushing`: connected
 * - `failed`: refused or lost; tried again at `nextAttemptAt`
 */
export interface PushStatus {
  readonly state: 'waiting' | 'connecting' | 'pushing' | 'failed';
  /** Why it failed, or the camera's own reason while it is waited for. */
  readonly reason: string | null;
  /** Of the server's refusal. */
  readonly httpStatus: number | null;
  /** Failed in a way that asking again will hardly change: a wrong key, an offer the server does not take. */
  readonly refused: boolean;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly nextAttemptAt: number | null;
}

export interface WhipPusherOptions {
  readonly parts: PushParts;
  readonly key: StreamKey;
  readonly target: PushTarget;
  readonly backoff?: BackoffOptions;
  readonly onStatus?: (status: PushStatus) => void;
}

/** A connection that lasted this long was good: what ends it is no reason to wait longer. Milliseconds. */
const PROVEN = 5000;
/** Servers end a publisher that sends nothing for ten seconds; so do we, and come back with the pictures. Milliseconds. */
const DARK = 8000;

/**
 * Keeps one stream going to one WHIP server, H.264 untouched. It connects when there are pictures, and again after 1, 2 and
 * 4 seconds, then every 30. The stream is subscribed to as long as the pusher lives.
 */
export class WhipPusher implements FeedReader {
  readonly #options: WhipPusherOptions;
  readonly #backoff: Backoff;
  #key: StreamKey;
  #feed: Feed | null = null;
  #session: PushSession | null = null;
  #retry: NodeJS.Timeout | null = null;
  #dark: NodeJS.Timeout | null = null;
  #connectedAt = 0;
  #status: PushStatus = statusOf({ state: 'waiting' });
  #closed = false;

  constructor(options: WhipPusherOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff);
    this.#key = options.key;
  }

  get current(): PushStatus {
    return this.#status;
  }

  /** What the camera sends; null until that is known. */
  get video(): Feed['video'] {
    return this.#feed?.video ?? null;
  }

  start(): void {
    if (this.#feed || this.#closed) return;
    this.#feed = this.#options.parts.feeds.acquire(this.#key, this);
    if (this.#feed.lastStatus) this.status(this.#feed, this.#feed.lastStatus);
  }

  picture(): void {}

  status(feed: Feed, status: StreamStatus): void {
    if (this.#closed || feed !== this.#feed) return;
    if (status.state === 'live') {
      this.#calm();
      if (!this.#session && !this.#retry) this.#attempt();
      return;
    }
    if (status.state === 'unsupported' && status.reason === 'STREAM_NOT_FOUND' && feed.key.profile === 'sub') {
      this.#takeMain(feed);
      return;
    }
    if (this.#session) this.#dark ??= setTimeout(() => this.#goDark(status), DARK);
    else if (!this.#retry) this.#tell({ state: 'waiting', reason: wordsOf(status) });
  }

  /** Ends the push; resolves when the server was told. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of [this.#retry, this.#dark]) if (timer) clearTimeout(timer);
    if (this.#feed) this.#options.parts.feeds.release(this.#feed, this);
    this.#feed = null;
    const session = this.#session;
    this.#session = null;
    await session?.close();
  }

  /** A camera without a small picture is pushed with the one it has, as viewers of an edge are shown it. */
  #takeMain(feed: Feed): void {
    const { parts, key } = this.#options;
    this.#key = { camera: key.camera, profile: 'main' };
    this.#feed = parts.feeds.acquire(this.#key, this);
    parts.feeds.release(feed, this);
    if (this.#feed.lastStatus) this.status(this.#feed, this.#feed.lastStatus);
  }

  #attempt(): void {
    this.#retry = null;
    if (this.#feed?.lastStatus && this.#feed.lastStatus.state !== 'live') {
      this.#tell({ state: 'waiting', reason: wordsOf(this.#feed.lastStatus) });
      return;
    }
    const { parts, target } = this.#options;
    this.#tell({ state: 'connecting' });
    const session: PushSession = new PushSession({
      parts,
      key: this.#key,
      target,
      onConnected: () => {
        if (this.#session !== session || this.#status.state === 'pushing') return;
        this.#connectedAt = performance.now();
        this.#tell({ state: 'pushing' });
      },
      onEnded: (error) => this.#failed(error),
    });
    this.#session = session;
    session.start();
  }

  #failed(error: WhipError): void {
    this.#session = null;
    this.#calm();
    const lasted = this.#status.state === 'pushing' && performance.now() - this.#connectedAt > PROVEN;
    if (lasted) this.#backoff.reset();
    const delay = error.isFinal ? this.#backoff.refused() : this.#backoff.failed();
    this.#tell({
      state: 'failed',
      reason: error.message,
      httpStatus: error.status,
      refused: error.isFinal || error.status === 404,
      nextAttemptAt: Date.now() + delay,
    });
    this.#retry = setTimeout(() => this.#attempt(), delay);
  }

  #goDark(status: StreamStatus): void {
    this.#dark = null;
    void this.#session?.close();
    this.#session = null;
    this.#tell({ state: 'waiting', reason: wordsOf(status) });
  }

  #calm(): void {
    if (this.#dark) clearTimeout(this.#dark);
    this.#dark = null;
  }

  #tell(status: Said): void {
    if (this.#closed) return;
    this.#status = statusOf(status);
    this.#options.onStatus?.(this.#status);
  }
}

type Said = Partial<PushStatus> & Pick<PushStatus, 'state'>;

function statusOf(said: Said): PushStatus {
  return { reason: null, httpStatus: null, refused: false, nextAttemptAt: null, ...said, since: Date.now() };
}

function wordsOf({ state, reason, detail }: StreamStatus): string {
  const words = reason === null ? state : `${state}, ${reason}`;
  return detail === null ? words : `${words} (${detail})`;
}
