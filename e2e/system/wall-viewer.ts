import { type DisconnectReason, Room, RoomEvent } from '@livekit/rtc-node';

/** What one camera has shown since the last `mark()`. */
export interface Shown {
  /** Pictures that were decoded. */
  readonly frames: number;
  /** Longest time without one, milliseconds, as exactly as `lookMs`; the time since the last one counts. */
  readonly longestGap: number;
  /** Time since the last one, milliseconds. */
  readonly silent: number;
  readonly width: number;
}

interface Tile {
  decoded: number;
  atMark: number;
  longestGap: number;
  last: number;
  width: number;
}

const lookMs = 200;
const nothing: Shown = { frames: 0, longestGap: Number.POSITIVE_INFINITY, silent: Number.POSITIVE_INFINITY, width: 0 };

/**
 * Somebody who looks at a room with LiveKit's own SDK and decodes every picture in it. Pictures are counted by the
 * SDK's statistics: fetching each would make a queue on a slow machine, and old pictures would look like new ones.
 */
export class WallViewer {
  readonly #room = new Room();
  readonly #tiles = new Map<string, Tile>();
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #left: DisconnectReason | null = null;

  private constructor() {
    this.#room.on(RoomEvent.Disconnected, (reason) => {
      this.#left = reason;
    });
    this.#timer = setInterval(() => void this.#look(), lookMs);
  }

  static async join({ livekit_url, token }: { livekit_url: string; token: string }): Promise<WallViewer> {
    const viewer = new WallViewer();
    await viewer.#room.connect(livekit_url, token, { autoSubscribe: true, dynacast: false });
    return viewer;
  }

  /** Whether the SDK has given up, or was told to leave. */
  get hasLeft(): boolean {
    return this.#left !== null;
  }

  /** Counts anew from now on. */
  mark(): void {
    const last = performance.now();
    for (const tile of this.#tiles.values()) Object.assign(tile, { atMark: tile.decoded, longestGap: 0, last });
  }

  shown(camera: string): Shown {
    const tile = this.#tiles.get(`camera_${camera}`);
    if (!tile) return nothing;
    const silent = performance.now() - tile.last;
    const { decoded, atMark, width } = tile;
    return { frames: decoded - atMark, longestGap: Math.max(tile.longestGap, silent), silent, width };
  }

  /** What the camera's participant says of itself. */
  told(camera: string): Readonly<Record<string, string>> {
    return this.#room.remoteParticipants.get(`camera_${camera}`)?.attributes ?? {};
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (!this.hasLeft) await this.#room.disconnect();
  }

  async #look(): Promise<void> {
    if (this.#looking || !this.#room.isConnected) return;
    this.#looking = true;
    try {
      const { subscriberStats } = await this.#room.getRtcStats();
      for (const { stats } of subscriberStats) {
        const inbound = stats.case === 'inboundRtp' ? stats.value.inbound : undefined;
        const camera = inbound?.trackIdentifier === undefined ? null : this.#cameraOf(inbound.trackIdentifier);
        if (camera !== null) this.#count(camera, inbound?.framesDecoded ?? 0, inbound?.frameWidth ?? 0);
      }
    } catch {
      // The connection was lost between the question and its answer; the gap shows it.
    } finally {
      this.#looking = false;
    }
  }

  #cameraOf(track: string): string | null {
    for (const { identity, trackPublications } of this.#room.remoteParticipants.values()) {
      if (trackPublications.has(track)) return identity;
    }
    return null;
  }

  #count(camera: string, decoded: number, width: number): void {
    const now = performance.now();
    const tile = this.#tiles.get(camera);
    if (!tile) {
      this.#tiles.set(camera, { decoded, atMark: decoded, longestGap: 0, last: now, width });
    } else if (decoded !== tile.decoded) {
      // A new connection counts from nothing.
      if (decoded < tile.decoded) tile.atMark -= tile.decoded;
      tile.longestGap = Math.max(tile.longestGap, now - tile.last);
      Object.assign(tile, { decoded, last: now, width });
    }
  }
}
