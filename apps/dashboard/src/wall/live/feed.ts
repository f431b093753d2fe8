import type { Reservation } from '@marsad/contract';
import type { RemoteParticipant } from 'livekit-client';
import { type Attributes, type Condition, refusedCondition, reportedCondition, retryDelay } from './condition.ts';
import { type Delay, type InboundVideo, PictureWatch, type ShownPicture } from './delay.ts';
import type { RoomVideo } from './room-link.ts';

/** One camera on the wall: its reservation, its picture, and what to say about it. */
export class Feed {
  readonly camera: string;
  readonly video: HTMLVideoElement;
  readonly watch = new PictureWatch();
  nextBeatAt = 0;
  /** When the server last said that the reservation is held, ms since the epoch: this clock goes on while a machine sleeps. */
  heldAt = 0;
  lastStats: InboundVideo | undefined;
  #picture: ShownPicture | null = null;
  #pictureAskedAt = Number.NEGATIVE_INFINITY;
  #decodedBefore: number | null = null;
  closed = false;
  #reservation: Reservation | null = null;
  #roomVideo: RoomVideo | null = null;
  #attributes: Attributes | null = null;
  #joined = false;
  #showing = false;
  #stoppedAt: number | null = null;
  #refusal: unknown = null;
  #retryAt: number | null = null;
  #endedAt: number | null = null;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #condition: Condition = { kind: 'connecting', step: 'reserving' };
  #delay: Delay | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #delayListeners = new Set<() => void>();

  constructor(camera: string, video: HTMLVideoElement) {
    this.camera = camera;
    this.video = video;
  }

  get reservation(): Reservation | null {
    return this.#reservation;
  }

  get roomVideo(): RoomVideo | null {
    return this.#roomVideo;
  }

  readonly condition = (): Condition => this.#condition;
  readonly delay = (): Delay | null => this.#delay;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Apart from the condition: it changes every second and only one number on the screen cares. */
  readonly subscribeDelay = (listener: () => void): (() => void) => {
    this.#delayListeners.add(listener);
    return () => this.#delayListeners.delete(listener);
  };

  reserved(reservation: Reservation, nextBeatAt: number): void {
    this.#reservation = reservation;
    this.#refusal = null;
    this.#endedAt = null;
    this.#attempts = 0;
    this.nextBeatAt = nextBeatAt;
    this.heldAt = Date.now();
    this.#settle();
  }

  refuse(error: unknown, again: () => void): void {
    this.#reservation = null;
    this.#refusal = error;
    this.#endedAt = null;
    const delay = retryDelay(error, this.#attempts);
    this.#attempts += 1;
    this.cancelRetry();
    // Later rather than sooner: what was said to be too early must not be asked again before.
    const spread = delay === null ? 0 : delay * (1 + Math.random() / 5);
    this.#retryAt = delay === null ? null : Date.now() + spread;
    if (delay !== null) this.#retry = setTimeout(again, spread);
    this.show(null);
  }

  /** Ended by an administrator, or because it ran out. It is not taken again behind the back of who ended it. */
  end(): void {
    this.cancelRetry();
    this.#reservation = null;
    this.#refusal = null;
    this.#endedAt = Date.now();
    this.show(null);
  }

  /** It is being asked for. */
  asking(): void {
    this.cancelRetry();
    this.#endedAt = null;
    this.#settle();
  }

  cancelRetry(): void {
    clearTimeout(this.#retry);
  }

  joined(joined: boolean): void {
    this.#joined = joined;
    if (!joined) this.#showing = false;
    else if (this.#roomVideo) this.#awaitPicture();
    this.#settle();
  }

  participant(participant: RemoteParticipant | null): void {
    const wasLive = this.#attributes?.['state'] === 'live';
    this.#attributes = participant ? { ...participant.attributes } : null;
    this.#joined ||= participant !== null;
    const live = this.#attributes?.['state'] === 'live';
    // What the element still holds is from before: only a picture that comes now counts.
    if (!live) this.#showing = false;
    else if (!wasLive) this.#awaitPicture();
    this.#settle();
  }

  show(video: RoomVideo | null): void {
    if (this.#roomVideo && this.#roomVideo.track !== video?.track) this.#roomVideo.track.detach(this.video);
    this.#roomVideo = video;
    this.#showing = false;
    this.watch.rest();
    this.lastStats = undefined;
    this.#picture = null;
    if (video) {
      video.track.attach(this.video);
      this.#awaitPicture();
    }
    this.#settle();
  }

  /** How many pictures were decoded in all: more than before is a picture too, should the element not tell of it. */
  decoded(count: number): void {
    if (this.#showing || this.#attributes === null) return;
    if (this.#decodedBefore !== null && count > this.#decodedBefore) this.#shows();
    this.#decodedBefore = count;
  }

  /** @param stoppedAt when the last picture was decoded, once that is too long ago; null while they come */
  measured(delay: Delay | null, stoppedAt: number | null): void {
    if (stoppedAt !== this.#stoppedAt) {
      this.#stoppedAt = stoppedAt;
      this.#settle();
    }
    const shown = this.#condition.kind === 'live' ? delay : null;
    if (isAbout(shown, this.#delay)) return;
    this.#delay = shown;
    for (const listener of this.#delayListeners) listener();
  }

  /** The last picture that was asked about, unless that is long ago; asks about the next one. */
  shownPicture(): ShownPicture | null {
    // Asked again after a while: Chromium forgets a request made of an element that is between two streams.
    if (performance.now() - this.#pictureAskedAt > 3000) {
      this.#pictureAskedAt = performance.now();
      this.video.requestVideoFrameCallback((at, { captureTime, expectedDisplayTime }) => {
        this.#pictureAskedAt = Number.NEGATIVE_INFINITY;
        this.#picture = { at, expectedDisplayTime, ...(captureTime === undefined ? {} : { captureTime }) };
      });
    }
    return this.#picture && performance.now() - this.#picture.at < 2500 ? this.#picture : null;
  }

  close(): void {
    this.closed = true;
    this.cancelRetry();
    this.#roomVideo?.track.detach(this.video);
    this.#roomVideo = null;
  }

  #awaitPicture(): void {
    const track = this.#roomVideo?.track;
    if (!track) return;
    this.#decodedBefore = null;
    const ask = () =>
      this.video.requestVideoFrameCallback(() => {
        if (this.#roomVideo?.track === track) this.#shows();
      });
    ask();
    // An element that was used before has no player yet at this point, and then the request above is lost.
    if (this.video.readyState === 0) this.video.addEventListener('loadeddata', ask, { once: true });
  }

  #shows(): void {
    if (this.#showing) return;
    this.#showing = true;
    this.#settle();
  }

  #settle(): void {
    const next = this.#judge();
    const told = next.kind === 'failed' || next.kind === 'delayed';
    if (!told && JSON.stringify(next) === JSON.stringify(this.#condition)) return;
    this.#condition = next;
    for (const listener of this.#listeners) listener();
  }

  #judge(): Condition {
    if (this.#endedAt !== null) return { kind: 'ended', since: this.#endedAt };
    if (this.#refusal !== null) return refusedCondition(this.#refusal, this.#retryAt);
    if (!this.#reservation) return { kind: 'connecting', step: 'reserving' };
    if (!this.#joined || !this.#attributes) return { kind: 'connecting', step: 'joining' };
    const reported = reportedCondition(this.#attributes, this.#showing, Date.now());
    if (reported.kind === 'live' && this.#stoppedAt !== null) return { kind: 'frozen', since: this.#stoppedAt };
    return reported;
  }
}

/** A number that trembles cannot be read: less than 10 ms and a tenth of it is no change. */
function isAbout(one: Delay | null, other: Delay | null): boolean {
  if (one === null || other === null) return one === other;
  return one.partial === other.partial && Math.abs(one.ms - other.ms) < Math.max(10, other.ms / 10);
}
