import { type DisconnectReason, RemoteVideoTrack, Room, RoomEvent, VideoStream } from '@livekit/rtc-node';

/** What one camera has shown since the last `mark()`. */
export interface Shown {
  frames: number;
  /** Longest time without a frame, milliseconds; the time since the last one counts. */
  longestGap: number;
  width: number;
}

interface Tile {
  frames: number;
  longestGap: number;
  last: number;
  width: number;
}

/** Somebody who looks at a room with LiveKit's own SDK and decodes every picture in it. */
export class WallViewer {
  readonly #room = new Room();
  readonly #tiles = new Map<string, Tile>();
  #left: DisconnectReason | null = null;

  private constructor() {
    this.#room.on(RoomEvent.TrackSubscribed, (track, _publication, participant) => {
      if (track instanceof RemoteVideoTrack) void this.#watch(participant.identity, track);
    });
    this.#room.on(RoomEvent.Disconnected, (reason) => {
      this.#left = reason;
    });
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
    const now = performance.now();
    for (const tile of this.#tiles.values()) Object.assign(tile, { frames: 0, longestGap: 0, last: now });
  }

  shown(camera: string): Shown {
    const tile = this.#tiles.get(`camera_${camera}`);
    if (!tile) return { frames: 0, longestGap: Number.POSITIVE_INFINITY, width: 0 };
    const { frames, width, longestGap, last } = tile;
    return { frames, width, longestGap: Math.max(longestGap, performance.now() - last) };
  }

  /** Time since the camera's last frame, milliseconds. */
  sinceLast(camera: string): number {
    const tile = this.#tiles.get(`camera_${camera}`);
    return tile ? performance.now() - tile.last : Number.POSITIVE_INFINITY;
  }

  /** What the camera's participant says of itself. */
  told(camera: string): Readonly<Record<string, string>> {
    return this.#room.remoteParticipants.get(`camera_${camera}`)?.attributes ?? {};
  }

  async close(): Promise<void> {
    if (!this.hasLeft) await this.#room.disconnect();
  }

  async #watch(identity: string, track: RemoteVideoTrack): Promise<void> {
    const tile = this.#tiles.get(identity) ?? { frames: 0, longestGap: 0, last: performance.now(), width: 0 };
    this.#tiles.set(identity, tile);
    for await (const { frame } of new VideoStream(track)) {
      const now = performance.now();
      tile.longestGap = Math.max(tile.longestGap, now - tile.last);
      tile.last = now;
      tile.width = frame.width;
      tile.frames++;
    }
  }
}
