import { PushSpec } from '@marsad/contract';
import { z } from 'zod';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { AppError } from '../../platform/app-error.ts';
import type { ChangeBus } from '../../platform/events/change-bus.ts';
import type { Log } from '../../platform/log/log.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import { LivekitRooms } from './livekit-rooms.ts';
import type { Shown } from './shown.ts';
import { viewersAmong, type WatchedRoom, watchedRoom } from './watched-room.ts';

export interface LivekitServerOptions {
  /** `http(s)://` or `ws(s)://`. */
  readonly url: string;
  readonly livekit: { readonly apiKey: string; readonly apiSecret: string };
  readonly mediaPlane: Pick<MediaPlane, 'setPushes'>;
  readonly valkey: Valkey;
  /** Tells the other api processes that the pushes have changed. Closed with this. */
  readonly changes: ChangeBus;
  readonly log: Log;
  /** Rooms or ingresses are missing there that we have made. */
  readonly onMissing: () => void;
  /** Between two looks at the server and at what other processes have noted, milliseconds. Default 5,000. */
  readonly interval?: number;
}

/** Of a room of the server's own list. */
export const LIVEKIT = 'livekit';
/** The room of a camera's small picture. Ids of cameras are GUIDs, so that this is no other camera's room. */
const SUB = '_sub';
/** A field of the hash that is no room: without it the hash was lost, and does not mean that nothing is pushed. */
const KNOWN = '*';

/**
 * A LiveKit server in the place of our own edges, for viewers of LiveKit's protocol: a room for each camera that is
 * watched, and in it the camera, pushed by the node that has it. What is pushed where is noted in Valkey, because every api
 * process tells the nodes the whole set.
 */
export class LivekitServer {
  readonly #o: LivekitServerOptions;
  readonly #server: LivekitRooms;
  #pushes = new Map<string, PushSpec>();
  #timer: NodeJS.Timeout | null = null;
  #away = false;
  #looking = false;

  constructor(options: LivekitServerOptions) {
    this.#o = options;
    this.#server = new LivekitRooms(options.url, options.livekit.apiKey, options.livekit.apiSecret);
    options.changes.listen(() => void this.#read());
  }

  start(): void {
    void this.#read();
    this.#timer = setInterval(() => void this.#look(), this.#o.interval ?? 5_000);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#o.changes.close();
  }

  /** What viewers connect to. */
  get viewerUrl(): string {
    return this.#o.url.replace(/^http/, 'ws').replace(/\/+$/, '');
  }

  /** For whoever administrates rooms. */
  get rooms(): LivekitRooms['rooms'] {
    return this.#server.rooms;
  }

  /** Whether a room belongs there; the others are on our edges (readers over RTSP and WHEP). */
  has(room: string): boolean {
    return room.startsWith('camera_');
  }

  /** One room for each camera and profile, whoever watches: what is pushed once serves them all. */
  roomOf(camera: string, quality: 'high' | 'medium' | 'low'): string {
    return `camera_${camera}${quality === 'low' ? SUB : ''}`;
  }

  /** As `LiveService.show`. @throws AppError `SERVICE_UNAVAILABLE` while the server cannot be reached */
  async show(room: string, { cameras, viewers }: Shown): Promise<void> {
    const [camera] = cameras;
    try {
      if (camera === undefined || viewers.length === 0) {
        // First the push: it says goodbye instead of running into a room that is gone.
        await this.#note(room, null);
        await this.#server.remove(room);
        return;
      }
      const profile = room === `camera_${camera.id}${SUB}` ? 'sub' : 'main';
      const push = await this.#server.make({
        name: room,
        camera: camera.id,
        cameraName: camera.name,
        profile,
        viewers,
      });
      await this.#note(room, push);
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw new AppError('SERVICE_UNAVAILABLE', { part: LIVEKIT }, error);
    }
  }

  /** Who watches there. Rejects while the server cannot be reached. */
  async watching(): Promise<WatchedRoom[]> {
    const found: WatchedRoom[] = [];
    for (const { name, metadata, numParticipants, numPublishers } of await this.#server.rooms.listRooms()) {
      if (!this.has(name) || numParticipants <= numPublishers) continue;
      const members = await this.#server.rooms.listParticipants(name).catch(() => []);
      const viewers = viewersAmong(members);
      if (viewers.length > 0) found.push(watchedRoom(LIVEKIT, name, metadata, viewers));
    }
    return found;
  }

  async #note(room: string, push: PushSpec | null): Promise<void> {
    const before = this.#pushes.get(room);
    if (push) this.#pushes.set(room, push);
    else this.#pushes.delete(room);
    const { valkey, changes } = this.#o;
    await valkey.run((client) =>
      push ? client.hset(this.#key, { [KNOWN]: '', [room]: JSON.stringify(push) }) : client.hdel(this.#key, room),
    );
    if (JSON.stringify(before) === JSON.stringify(push ?? undefined)) return;
    this.#tell();
    changes.changed();
  }

  /** Takes up what other processes have noted. A hash that was lost is written anew instead. */
  async #read(): Promise<void> {
    const { valkey, log } = this.#o;
    try {
      const noted = await valkey.run((client) => client.hgetall(this.#key));
      if (noted[KNOWN] === undefined) {
        const own = [...this.#pushes].map(([room, push]) => [room, JSON.stringify(push)]);
        await valkey.run((client) => client.hset(this.#key, { [KNOWN]: '', ...Object.fromEntries(own) }));
        return;
      }
      const pushes = Object.entries(noted).flatMap(([room, text]): [string, PushSpec][] => {
        const push = room === KNOWN ? null : readPush(text);
        return push ? [[room, push]] : [];
      });
      this.#pushes = new Map(pushes);
      this.#tell();
    } catch (error) {
      log.debug({ err: error }, 'what is pushed to LiveKit cannot be read at the moment');
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    await this.#read();
    try {
      const expected = new Map(this.#pushes);
      const missing = expected.size > 0 && (await this.#isMissing(expected));
      if (this.#away) this.#o.log.info('the LiveKit server is back');
      this.#away = false;
      if (missing) this.#o.onMissing();
    } catch (error) {
      if (!this.#away) this.#o.log.warn({ err: error }, 'the LiveKit server cannot be reached');
      this.#away = true;
    } finally {
      this.#looking = false;
    }
  }

  async #isMissing(pushes: ReadonlyMap<string, PushSpec>): Promise<boolean> {
    const [rooms, keys] = await Promise.all([this.#server.rooms.listRooms([...pushes.keys()]), this.#server.keys()]);
    return rooms.length < pushes.size || pushes.values().some(({ token }) => token !== null && !keys.has(token));
  }

  #tell(): void {
    this.#o.mediaPlane.setPushes([...this.#pushes.values()]);
  }

  get #key(): string {
    return this.#o.valkey.key('live', 'pushes');
  }
}

function readPush(text: string): PushSpec | null {
  try {
    return PushSpec.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null;
    throw error;
  }
}
