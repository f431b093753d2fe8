import { ApiError, type Reservation } from '@marsad/contract';
import type { RemoteParticipant } from 'livekit-client';
import { api } from '../../api/client.ts';
import { session } from '../../session/session.ts';
import { Feed } from './feed.ts';
import { type Livekit, RoomLink, type RoomVideo } from './room-link.ts';
import { VideoPool } from './video-pool.ts';

const beatEvery = 10_000;
const atOnce = 12;

/** Random per page, not per tab: a reload must not release what the page after it has reserved. */
function newWallId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Everything live on the wall: which cameras are reserved, the rooms they are in, their pictures. `show` says what is
 * wanted; the rest follows, also after an edge, the api or the network has been away.
 */
export class WallSession {
  readonly #wallId = newWallId();
  readonly #feeds = new Map<string, Feed>();
  readonly #rooms = new Map<string, RoomLink>();
  readonly #pool = new VideoPool();
  readonly #waiting: Feed[] = [];
  #asking = 0;
  #livekit: Promise<Livekit> | undefined;
  #beats: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();

  /** Fetches the media client's code ahead of the first camera. */
  warmUp(): Promise<Livekit> {
    this.#livekit ??= import('livekit-client').then((livekit) => {
      livekit.setLogLevel('silent');
      return livekit;
    });
    return this.#livekit;
  }

  start(): void {
    void this.warmUp();
    this.#beats ??= setInterval(() => this.#beat(), 1000);
    addEventListener('pagehide', this.#onPageHide);
    addEventListener('pageshow', this.#onPageShow);
  }

  close(): void {
    clearInterval(this.#beats);
    this.#beats = undefined;
    removeEventListener('pagehide', this.#onPageHide);
    removeEventListener('pageshow', this.#onPageShow);
    this.show([]);
  }

  get feeds(): ReadonlyMap<string, Feed> {
    return this.#feeds;
  }

  get rooms(): ReadonlyMap<string, RoomLink> {
    return this.#rooms;
  }

  feed(camera: string): Feed | undefined {
    return this.#feeds.get(camera);
  }

  /** Told when a feed comes or goes; what happens within one is told by the feed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  show(cameras: readonly string[]): void {
    const wanted = new Set(cameras);
    let changed = false;
    for (const [camera, feed] of this.#feeds) {
      if (wanted.has(camera)) continue;
      this.#drop(feed);
      changed = true;
    }
    for (const camera of wanted) {
      if (this.#feeds.has(camera)) continue;
      const feed = new Feed(camera, this.#pool.take(camera));
      this.#feeds.set(camera, feed);
      this.#queue(feed);
      changed = true;
    }
    if (changed) for (const listener of this.#listeners) listener();
  }

  retry(camera: string): void {
    const feed = this.#feeds.get(camera);
    if (feed && !feed.reservation) this.#queue(feed);
  }

  #queue(feed: Feed): void {
    feed.cancelRetry();
    if (!this.#waiting.includes(feed)) this.#waiting.push(feed);
    this.#pump();
  }

  #pump(): void {
    while (this.#asking < atOnce) {
      const feed = this.#waiting.shift();
      if (!feed) return;
      if (feed.closed) continue;
      this.#asking += 1;
      void this.#reserve(feed).finally(() => {
        this.#asking -= 1;
        this.#pump();
      });
    }
  }

  async #reserve(feed: Feed): Promise<Reservation | null> {
    try {
      const reservation = await api.streams.reserve({ body: { camera_id: feed.camera, wall_id: this.#wallId } });
      if (feed.closed) {
        void api.streams.release({ params: { id: reservation.reservation_id } }).catch(() => {});
        return null;
      }
      feed.reserved(reservation, performance.now() + beatEvery * (0.5 + Math.random() / 2));
      this.#enter(reservation);
      return reservation;
    } catch (error) {
      if (!feed.closed) feed.refuse(error, () => this.#queue(feed));
      return null;
    }
  }

  #enter({ room_name: name, livekit_url: url, token }: Reservation): void {
    const link = this.#rooms.get(name);
    if (link) {
      for (const feed of this.#feedsIn(name)) this.#catchUp(feed, link);
      return;
    }
    void this.warmUp().then((livekit) => {
      if (this.#rooms.has(name) || this.#feedsIn(name).length === 0) return;
      const created = new RoomLink({
        livekit,
        credentials: { url, token },
        renew: () => this.#renew(name),
        onParticipant: (identity, participant) => this.#onParticipant(name, identity, participant),
        onVideo: (identity, video) => this.#onVideo(name, identity, video),
        onConnected: (connected) => {
          for (const feed of this.#feedsIn(name)) feed.joined(connected);
        },
      });
      this.#rooms.set(name, created);
      created.start();
    });
  }

  /** The room may have shown the camera before the reservation's answer arrived here. */
  #catchUp(feed: Feed, link: RoomLink): void {
    feed.joined(link.connected);
    const identity = feed.reservation?.participant_identity ?? '';
    const participant = link.room.remoteParticipants.get(identity);
    if (!participant) return;
    feed.participant(participant);
    const video = link.videoOf(identity);
    if (video && feed.roomVideo?.track !== video.track) feed.show(video);
  }

  /** Reserving again is free for what is reserved, brings back what is not, and gives a fresh token. */
  async #renew(name: string): Promise<{ url: string; token: string } | null> {
    const [first, ...others] = this.#feedsIn(name);
    if (!first) return null;
    const reservation = await this.#reserve(first);
    for (const feed of others) this.#queue(feed);
    return reservation ? { url: reservation.livekit_url, token: reservation.token } : null;
  }

  #feedsIn(room: string): Feed[] {
    return [...this.#feeds.values()].filter((feed) => feed.reservation?.room_name === room);
  }

  #feedOf(room: string, identity: string): Feed | undefined {
    return this.#feedsIn(room).find((feed) => feed.reservation?.participant_identity === identity);
  }

  #onParticipant(room: string, identity: string, participant: RemoteParticipant | null): void {
    this.#feedOf(room, identity)?.participant(participant);
  }

  #onVideo(room: string, identity: string, video: RoomVideo | null): void {
    this.#feedOf(room, identity)?.show(video);
  }

  #drop(feed: Feed): void {
    const { reservation } = feed;
    this.#feeds.delete(feed.camera);
    feed.close();
    this.#pool.giveBack(feed.camera);
    if (!reservation) return;
    void api.streams.release({ params: { id: reservation.reservation_id } }).catch(() => {
      // Unreachable: without a beat it ends by itself.
    });
    if (this.#feedsIn(reservation.room_name).length > 0) return;
    void this.#rooms.get(reservation.room_name)?.close();
    this.#rooms.delete(reservation.room_name);
  }

  #beat(): void {
    const now = performance.now();
    for (const feed of this.#feeds.values()) {
      if (!feed.reservation || feed.nextBeatAt > now) continue;
      feed.nextBeatAt = now + beatEvery;
      const { reservation_id: id } = feed.reservation;
      api.streams.heartbeat({ params: { id } }).catch((error: unknown) => {
        const gone = error instanceof ApiError && error.code === 'RESERVATION_NOT_FOUND';
        if (gone && feed.reservation?.reservation_id === id && !feed.closed) this.#queue(feed);
      });
    }
  }

  // `fetch` with keepalive outlives the page; the promise does not, and nobody waits for it.
  readonly #onPageHide = (): void => {
    const token = session.currentToken;
    if (!token) return;
    for (const { reservation } of this.#feeds.values()) {
      if (!reservation) continue;
      void fetch(`/api/v1/stream/release/${encodeURIComponent(reservation.reservation_id)}`, {
        method: 'DELETE',
        keepalive: true,
        headers: { Authorization: `Bearer ${token}` },
      }).catch(() => {});
    }
  };

  // Back from the browser's page cache: everything was released when the page was hidden.
  readonly #onPageShow = (event: PageTransitionEvent): void => {
    if (!event.persisted) return;
    const cameras = [...this.#feeds.keys()];
    this.show([]);
    this.show(cameras);
  };
}
