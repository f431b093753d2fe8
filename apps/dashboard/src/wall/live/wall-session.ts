import { ApiError, type Reservation, RoomMetadata } from '@marsad/contract';
import type { RemoteParticipant } from 'livekit-client';
import { api } from '../../api/client.ts';
import { Feed } from './feed.ts';
import { beatEvery, Heartbeats } from './heartbeats.ts';
import { showNotice } from './notices.ts';
import { releaseOnLeaving } from './page-leaving.ts';
import { Releases } from './releases.ts';
import { ReserveQueue } from './reserve-queue.ts';
import { type Livekit, RoomLink } from './room-link.ts';
import { VideoPool } from './video-pool.ts';

/** How long a room waits for the cameras that are still being asked for, milliseconds. */
const gathering = 3000;

/** Of more cameras than these each is so small that the small picture is large enough. */
const largeTiles = 4;

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
  readonly #queue = new ReserveQueue((feed) => this.#reserve(feed));
  readonly #beats = new Heartbeats({
    feeds: () => this.#feeds.values(),
    onLapsed: (feed) => this.#queue.add(feed),
  });
  readonly #releases = new Releases({
    release: (id) => api.streams.release({ params: { id } }),
    isWanted: (camera) => this.#feeds.has(camera),
  });
  #livekit: Promise<Livekit> | undefined;
  #stopWatchingPage: (() => void) | null = null;
  /** The camera for which another one was taken off: it is asked for before all others. */
  #preferred: string | null = null;
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
    this.#beats.start();
    this.#stopWatchingPage ??= releaseOnLeaving({
      held: () => [
        ...[...this.#feeds.values()].flatMap(({ reservation }) => reservation?.reservation_id ?? []),
        ...this.#releases.pending,
      ],
      onReturn: () => {
        const cameras = [...this.#feeds.keys()];
        this.show([]);
        this.show(cameras);
      },
    });
  }

  close(): void {
    this.#beats.close();
    this.#stopWatchingPage?.();
    this.#stopWatchingPage = null;
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
      this.#queue.add(feed);
      changed = true;
    }
    if (changed) for (const listener of this.#listeners) listener();
  }

  retry(camera: string): void {
    const feed = this.#feeds.get(camera);
    if (feed && !feed.reservation) this.#queue.add(feed);
  }

  /** Of the cameras that were refused, this one gets what is given back next. */
  prefer(camera: string): void {
    this.#preferred = camera;
  }

  /** Streams of an agency are free: as many of its refused cameras ask again. */
  capacity(source: string, free: number): void {
    const refused = [...this.#feeds.values()].filter((feed) => {
      const condition = feed.condition();
      return condition.kind === 'refused' && condition.source === source;
    });
    refused.sort((a, b) => Number(b.camera === this.#preferred) - Number(a.camera === this.#preferred));
    for (const feed of refused.slice(0, Math.max(0, free))) this.#queue.add(feed);
  }

  async #reserve(feed: Feed): Promise<Reservation | null> {
    try {
      await this.#releases.idle(feed.camera);
      // A LiveKit server cannot give a tile what its size needs, as our edges do: there it is what was asked for.
      const quality = this.#feeds.size > largeTiles ? 'low' : 'medium';
      const body = { camera_id: feed.camera, wall_id: this.#wallId, quality } as const;
      const reservation = await api.streams.reserve({ body });
      if (feed.closed) {
        void this.#releases.release(reservation);
        return null;
      }
      if (feed.camera === this.#preferred) this.#preferred = null;
      feed.reserved(reservation, performance.now() + beatEvery * (0.5 + Math.random() / 2));
      this.#enter(reservation);
      return reservation;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'RATE_LIMIT_EXCEEDED') {
        this.#queue.pause((Number(error.facts['retry_after']) || 1) * 1000);
      }
      if (!feed.closed) feed.refuse(error, () => this.#queue.add(feed));
      return null;
    }
  }

  #enter({ room_name: name, livekit_url: url, token }: Reservation): void {
    const link = this.#rooms.get(name);
    if (link) {
      for (const feed of this.#feedsIn(name)) this.#catchUp(feed, link);
      return;
    }
    // A room joined with all its cameras is negotiated once; joined with the first, again for each handful of the
    // others, while the pictures already shown take the time it needs.
    void Promise.all([this.warmUp(), this.#queue.settled(gathering)]).then(([livekit]) => {
      if (this.#rooms.has(name) || this.#feedsIn(name).length === 0) return;
      const created = new RoomLink({
        livekit,
        credentials: { url, token },
        renew: () => this.#renew(name),
        onParticipant: (identity, participant) => this.#onParticipant(name, identity, participant),
        onVideo: (identity, video) => this.#feedOf(name, identity)?.show(video),
        onMetadata: (metadata) => this.#giveBackStrays(metadata),
        onNotice: showNotice,
        onTaken: () => this.#leave(name),
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

  /**
   * A room was left against our will: an edge restarted, or the reservations were ended. Those that are still held give
   * a fresh token; reserving again is free for them. One that was ended must not be taken again this way.
   */
  async #renew(name: string): Promise<{ url: string; token: string } | null> {
    const answers = await Promise.all(this.#feedsIn(name).map((feed) => this.#beats.beat(feed)));
    if (answers.length > 0 && answers.every((answer) => answer === 'unknown')) return null;
    const [first] = this.#feedsIn(name);
    if (!first) {
      void this.#rooms.get(name)?.close();
      this.#rooms.delete(name);
      return null;
    }
    const reservation = await this.#reserve(first);
    return reservation ? { url: reservation.livekit_url, token: reservation.token } : null;
  }

  /**
   * Another window of this user watches the same room: on a LiveKit server they share its reservations, and would throw each
   * other out for ever. The newest has them, here they have ended.
   */
  #leave(name: string): void {
    for (const feed of this.#feedsIn(name)) feed.end();
    void this.#rooms.get(name)?.close();
    this.#rooms.delete(name);
  }

  #feedsIn(room: string): Feed[] {
    return [...this.#feeds.values()].filter((feed) => feed.reservation?.room_name === room);
  }

  #feedOf(room: string, identity: string): Feed | undefined {
    return this.#feedsIn(room).find((feed) => feed.reservation?.participant_identity === identity);
  }

  #onParticipant(room: string, identity: string, participant: RemoteParticipant | null): void {
    const feed = this.#feedOf(room, identity);
    feed?.participant(participant);
    // Taken out of the room while we are in it: whether the reservation still stands is asked at once.
    if (feed && participant === null && this.#rooms.get(room)?.connected) feed.nextBeatAt = 0;
  }

  /**
   * What the room shows and nothing here wants: it was reserved by a request whose answer was lost, before its tile was
   * removed. Our connection would keep it alive.
   */
  #giveBackStrays(metadata: string): void {
    for (const { id, reservation } of shownIn(metadata)) {
      if (reservation === undefined || this.#feeds.has(id) || this.#releases.isPending(reservation)) continue;
      void this.#releases.release({ reservation_id: reservation, camera_id: id });
    }
  }

  #drop(feed: Feed): void {
    const { reservation } = feed;
    this.#feeds.delete(feed.camera);
    feed.close();
    this.#pool.giveBack(feed.camera);
    if (!reservation) {
      for (const { room } of this.#rooms.values()) this.#giveBackStrays(room.metadata ?? '');
      return;
    }
    void this.#releases.release(reservation).then(() => this.#preferred !== null && this.retry(this.#preferred));
    if (this.#feedsIn(reservation.room_name).length > 0) return;
    void this.#rooms.get(reservation.room_name)?.close();
    this.#rooms.delete(reservation.room_name);
  }
}

function shownIn(metadata: string): RoomMetadata['cameras'] {
  try {
    return RoomMetadata.parse(JSON.parse(metadata)).cameras;
  } catch {
    return [];
  }
}
