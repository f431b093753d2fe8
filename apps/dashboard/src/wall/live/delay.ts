/** What is read from one inbound video stream of `getStats()`; absent where the browser does not say. */
export interface InboundVideo {
  readonly framesDecoded?: number;
  readonly estimatedPlayoutTimestamp?: number;
  readonly jitterBufferDelay?: number;
  readonly jitterBufferEmittedCount?: number;
}

/** A picture that was shown, from `requestVideoFrameCallback`: all in ms on this browser's monotonic clock. */
export interface ShownPicture {
  readonly at: number;
  /**
   * When it was taken in at the ingest. The browser brings the sender's wall clock (RTCP sender reports) to its own by
   * the round trip it measures (RTCP XR, RFC 3611): no comparison of clocks is left to do. Absent until then.
   */
  readonly captureTime?: number;
  readonly expectedDisplayTime: number;
}

export interface Delay {
  readonly ms: number;
  /** Only the wait in this browser is known, not the way to it. */
  readonly partial: boolean;
}

/** Seconds from the NTP epoch (1900) to the Unix epoch, in ms. */
const ntpToUnix = 2_208_988_800_000;

/** Browsers disagree whether the stat counts from 1900 or from 1970: whichever is close to now is meant. */
export function playoutTime(stat: number, now: number): number {
  return Math.abs(stat - ntpToUnix - now) < Math.abs(stat - now) ? stat - ntpToUnix : stat;
}

/**
 * How far behind reality the picture is that is shown now.
 *
 * Best is what the browser says of a picture it showed; next its estimate of the sender's time at playout, which
 * Chromium gives only beside audio; where reports have not come yet, the time in the jitter buffer since the last
 * reading is all there is.
 */
export function delayOf(
  picture: Omit<ShownPicture, 'at'> | null,
  now: InboundVideo,
  before: InboundVideo | undefined,
  serverNow: number,
): Delay | null {
  const told = delayOfPicture(picture);
  if (told) return told;
  if (now.estimatedPlayoutTimestamp) {
    const ms = serverNow - playoutTime(now.estimatedPlayoutTimestamp, serverNow);
    // Beyond a minute it is not a delay but a clock nobody set.
    if (Math.abs(ms) < 60_000) return { ms: Math.max(0, Math.round(ms)), partial: false };
  }
  const emitted = (now.jitterBufferEmittedCount ?? 0) - (before?.jitterBufferEmittedCount ?? 0);
  const waited = (now.jitterBufferDelay ?? 0) - (before?.jitterBufferDelay ?? 0);
  return emitted > 0 ? { ms: Math.round((waited / emitted) * 1000), partial: true } : null;
}

/** Null when the picture does not say: the browser knows no capture time, or has not compared the clocks yet. */
export function delayOfPicture(picture: Omit<ShownPicture, 'at'> | null): Delay | null {
  if (picture?.captureTime === undefined) return null;
  const ms = picture.expectedDisplayTime - picture.captureTime;
  return Math.abs(ms) < 60_000 ? { ms: Math.max(0, Math.round(ms)), partial: false } : null;
}

const frozenAfter = 2000;

/** Follows the count of decoded pictures: says since when no new one came, once that is longer than two seconds. */
export class PictureWatch {
  #decoded = -1;
  #changedAt = 0;
  /** A picture was shown since the count was read: the next count is no news. */
  #seen = false;

  /** @param now ms since the epoch; @returns when the last picture was decoded, or null while they come */
  read(decoded: number, now: number): number | null {
    if (decoded !== this.#decoded) {
      if (!this.#seen) this.#changedAt = now;
      this.#seen = false;
      this.#decoded = decoded;
    }
    return decoded > 0 && now - this.#changedAt > frozenAfter ? this.#changedAt : null;
  }

  /** A picture was shown. @param at ms since the epoch */
  seen(at: number): void {
    this.#seen = true;
    this.#changedAt = at;
  }

  /** While nothing is sent on purpose (hidden tile), silence means nothing. */
  rest(): void {
    this.#decoded = -1;
    this.#seen = false;
  }
}
