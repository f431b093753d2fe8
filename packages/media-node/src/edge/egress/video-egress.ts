import type { Profile, StreamStatus } from '@marsad/contract';
import type { Feed, FeedReader } from '../feed/feed.ts';
import type { Feeds } from '../feed/feeds.ts';
import type { PacketisedPicture } from '../feed/packetised-picture.ts';
import type { Bursting, BurstPacer } from './burst-pacer.ts';
import { PictureSender, type PictureSenderOptions } from './picture-sender.ts';
import { ReceptionQuality } from './reception-quality.ts';
import { parseFeedback } from './rtcp.ts';

/** A viewer gets the GOP again for its PLIs at most this often. Milliseconds. */
const REPLAY_INTERVAL = 1000;
/** A sub profile that shows nothing for this long is given up for the main one. Milliseconds. */
const SUB_PATIENCE = 3000;

export interface VideoEgressOptions extends PictureSenderOptions {
  readonly camera: string;
  readonly feeds: Feeds;
  readonly pacer: BurstPacer;
  /** The viewer's connection; tracks of one share its burst budget. */
  readonly connection: object;
  /** The camera's state as this viewer's feed has it. */
  readonly onStatus: (camera: string, profile: Profile, status: StreamStatus, feed: Feed) => void;
}

/**
 * One camera going to one viewer: one SSRC whose sequence numbers and timestamps go on whatever happens behind it: pause,
 * another profile, a stream that restarts.
 *
 * It is either live (each picture is sent the moment it arrives) or catching up (pictures wait for the pacer). What waits is
 * bounded: a key picture throws away everything waiting before it.
 */
export class VideoEgress implements FeedReader, Bursting {
  readonly connection: object;
  readonly quality = new ReceptionQuality();
  readonly #options: VideoEgressOptions;
  readonly #sender: PictureSender;
  #queue: PacketisedPicture[] = [];
  #current: Feed | null = null;
  #next: Feed | null = null;
  #wanted: Profile | null = null;
  #patience: NodeJS.Timeout | null = null;
  #open = false;
  #closed = false;
  #lastReplay = Number.NEGATIVE_INFINITY;

  constructor(options: VideoEgressOptions) {
    this.#options = options;
    this.connection = options.connection;
    this.#sender = new PictureSender(options);
    options.metrics.tracks.inc();
  }

  get profile(): Profile | null {
    return this.#current?.key.profile ?? null;
  }

  get waiting(): boolean {
    return this.#queue[0]?.key === true;
  }

  /** The viewer can take packets from now on: what its profile has is sent. */
  opened(): void {
    if (this.#open || this.#closed) return;
    this.#open = true;
    this.#replay();
  }

  /** The viewer's answer left the playout-delay extension out (RFC 8285 5: then it must not be sent). */
  withoutPlayoutDelay(): void {
    this.#sender.withoutExtension();
  }

  /** Shows this profile from its next key picture on; null pauses. Resuming starts with the current GOP at once. */
  select(profile: Profile | null): void {
    if (this.#closed || profile === this.#wanted) return;
    this.#wanted = profile;
    this.#dropNext();
    if (profile === null) {
      this.#stop();
      return;
    }
    if (this.#current?.key.profile === profile) return;
    const feed = this.#options.feeds.acquire({ camera: this.#options.camera, profile }, this);
    if (this.#current) this.#next = feed;
    else this.#start(feed);
    if (profile === 'sub') this.#patience = setTimeout(() => this.#giveUpSub(), SUB_PATIENCE);
    if (feed.lastStatus) this.status(feed, feed.lastStatus);
  }

  picture(feed: Feed, picture: PacketisedPicture, replay: boolean): void {
    if (feed.key.profile === 'sub') this.#calm();
    if (feed === this.#next) {
      // Its own current GOP would take the viewer back in time: only a picture of now begins the new profile.
      if (!picture.key || replay) return;
      this.#next = null;
      this.#switchTo(feed);
    }
    if (feed !== this.#current || !this.#open) return;
    if (picture.key) this.#queue = [];
    if (this.#queue.length > 0 || replay) {
      this.#queue.push(picture);
      this.#options.pacer.add(this);
      return;
    }
    this.#sender.live(picture);
  }

  status(feed: Feed, status: StreamStatus): void {
    this.#options.onStatus(this.#options.camera, feed.key.profile, status, feed);
    if (status.state === 'live' || status.state === 'connecting' || status.state === 'idle') return;
    if (feed.key.profile === 'sub' && status.state !== 'frozen' && this.#patience) this.#giveUpSub();
  }

  sendNext(now: number): number {
    const picture = this.#queue.shift();
    if (!picture) return 0;
    this.#sender.burst(picture, now);
    if (this.#queue.length === 0) this.#sender.rebase();
    return picture.bytes;
  }

  /** A compound RTCP packet of the viewer. Anything malformed is ignored. */
  feedback(packet: Buffer): void {
    if (this.#closed) return;
    const feedback = parseFeedback(packet, this.#sender.ssrc);
    if (feedback.report) this.quality.report(feedback.report, performance.now());
    if (feedback.keyRequested) {
      this.#options.metrics.plis.inc();
      if (performance.now() - this.#lastReplay >= REPLAY_INTERVAL && this.#queue.length === 0) this.#replay();
    }
    for (const sequence of feedback.missing) this.#sender.again(sequence);
    if (feedback.referenceTime) this.#sender.echoTime(feedback.referenceTime);
  }

  /** Sends a sender report and lets retransmissions be counted anew. Called once a second. */
  second(): void {
    this.#sender.second();
    if (this.#open && this.#current) this.#sender.report();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#dropNext();
    this.#stop();
    this.#options.metrics.tracks.dec();
  }

  #start(feed: Feed): void {
    this.#current = feed;
    this.#replay();
  }

  #switchTo(feed: Feed): void {
    if (this.#current) this.#options.feeds.release(this.#current, this);
    this.#current = feed;
    this.#queue = [];
    this.#sender.rebase();
  }

  #stop(): void {
    if (this.#current) this.#options.feeds.release(this.#current, this);
    this.#current = null;
    this.#queue = [];
    this.#sender.forget();
    this.#calm();
    this.#options.pacer.remove(this);
  }

  #dropNext(): void {
    this.#calm();
    if (this.#next) this.#options.feeds.release(this.#next, this);
    this.#next = null;
  }

  /** Queues the current GOP from its key picture. A camera cannot be asked for a key picture; this one is at hand. */
  #replay(): void {
    if (!this.#open || !this.#current) return;
    const gop = this.#current.gop;
    if (gop.length === 0) return;
    if (this.#current.key.profile === 'sub') this.#calm();
    this.#lastReplay = performance.now();
    this.#queue = [...gop];
    this.#options.metrics.gopReplays.inc();
    if (gop.length === 1) this.sendNext(this.#lastReplay);
    else this.#options.pacer.add(this);
  }

  #giveUpSub(): void {
    this.#calm();
    if (this.#wanted !== 'sub') return;
    // Still wanted is 'sub': the next setting of the viewer tries it anew only if it asks for something else between.
    const main = this.#options.feeds.acquire({ camera: this.#options.camera, profile: 'main' }, this);
    if (this.#next) this.#options.feeds.release(this.#next, this);
    this.#next = null;
    if (this.#current === main) return;
    if (this.#current) this.#options.feeds.release(this.#current, this);
    this.#current = null;
    this.#sender.rebase();
    this.#start(main);
    if (main.lastStatus) this.status(main, main.lastStatus);
  }

  #calm(): void {
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
  }
}
