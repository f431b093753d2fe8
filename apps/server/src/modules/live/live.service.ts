import type { Quality, RoomMetadata } from '@marsad/contract';
import { AccessToken, type RoomServiceClient } from 'livekit-server-sdk';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { NodeLink } from '../../media-plane/node-link.ts';
import { choose } from '../../media-plane/rendezvous.ts';
import { AppError } from '../../platform/app-error.ts';
import { loadScript } from '../../platform/valkey/script.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import { edgeRooms } from './edge-rooms.ts';
import { LIVEKIT, type LivekitServer } from './livekit-server.ts';
import { MadeRooms } from './made-rooms.ts';
import type { Shown } from './shown.ts';
import { ignoreMissing } from './twirp-answers.ts';
import { viewersAmong, type WatchedRoom, watchedRoom } from './watched-room.ts';

const directory = loadScript(new URL('room-directory.lua', import.meta.url));

export type { Shown, WatchedRoom };

export interface LiveServiceOptions {
  readonly mediaPlane: Pick<MediaPlane, 'edges'>;
  readonly valkey: Valkey;
  readonly livekit: { readonly apiKey: string; readonly apiSecret: string };
  /** In the place of our edges, for viewers of LiveKit's protocol; null without one. */
  readonly server: LivekitServer | null;
  /** The certificate (PEM) with which edges speak TLS; null when they don't. */
  readonly certificate: string | null;
  /** Address at which edges of this machine listen. */
  readonly localHost: string;
  /** Life of a viewer's token, seconds. */
  readonly tokenSeconds: number;
  /** Seconds a room stays that everybody has left: longer than what is reserved in it. */
  readonly departureSeconds: number;
}

/** What a viewer needs to join. */
export interface Admission {
  readonly token: string;
  readonly livekitUrl: string;
  /** Null where the token would open nothing: the room is on the LiveKit server, WHEP is ours. */
  readonly whepUrl: string | null;
}

/** Who is let in, and for which reservation. */
export interface Viewer {
  readonly identity: string;
  readonly name: string;
  readonly user: string;
  readonly reservation: string;
  /** What was asked for; null where the size of each tile decides. */
  readonly quality: Quality | null;
}

/** Rooms on the edges: makes them show the cameras they should, and lets viewers in. */
export class LiveService {
  readonly #o: LiveServiceOptions;
  readonly #made = new MadeRooms();
  readonly #clients = new Map<string, { address: string; client: RoomServiceClient }>();

  constructor(options: LiveServiceOptions) {
    this.#o = options;
  }

  /**
   * Makes a room show these cameras to these viewers, and ends whoever else is in it; without any it goes. Always the
   * whole truth and never a difference: doing it twice, or late, does no harm.
   * @param shown may be on its way: where the room is, is looked up meanwhile
   * @throws AppError `SERVICE_UNAVAILABLE` when no edge, or not the LiveKit server, can be reached; whatever `shown` rejects
   *   with
   */
  async show(room: string, shown: Shown | Promise<Shown>): Promise<void> {
    if (this.#o.server?.has(room)) return this.#o.server.show(room, await shown);
    const [edge, { cameras, viewers }] = await Promise.all([this.edgeOf(room), shown]);
    const client = this.#clientOf(edge);
    try {
      if (cameras.length === 0 || viewers.length === 0) {
        this.#made.forget(room);
        await client.deleteRoom(room).catch(ignoreMissing);
        await this.#o.valkey.run((valkey) => valkey.hdel(this.#directoryKey, room));
        return;
      }
      const metadata = JSON.stringify({ cameras: [...cameras], viewers: [...viewers] } satisfies RoomMetadata);
      // One call instead of two, nearly always: a room that was made from here is most likely still there.
      if (this.#made.isOn(room, edge.id) && (await client.updateRoomMetadata(room, metadata).catch(ignoreMissing)))
        return;
      // Answers the room as it is when there already is one, with the metadata it had.
      const found = await client.createRoom({ name: room, metadata, departureTimeout: this.#o.departureSeconds });
      if (found.metadata !== metadata) await client.updateRoomMetadata(room, metadata);
      this.#made.remember(room, edge.id);
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' }, error);
    }
  }

  /** The room in which a user watches a camera. */
  roomOf(user: string, camera: string, wall: string | undefined, quality: Quality): string {
    if (this.#o.server) return this.#o.server.roomOf(camera, quality);
    return wall === undefined ? `camera_${camera}` : `wall_${user}_${wall}`;
  }

  /** Every edge that can be commanded, and the LiveKit server, for looking at rooms whoever made them. */
  servers(): { edge: string; client: RoomServiceClient }[] {
    const edges = this.#o.mediaPlane.edges().map((edge) => ({ edge: edge.id, client: this.#clientOf(edge) }));
    return this.#o.server ? [...edges, { edge: LIVEKIT, client: this.#o.server.rooms }] : edges;
  }

  /** Every viewer on every edge. Edges that do not answer are named, because then the answer is not whole. */
  async watching(): Promise<{ rooms: WatchedRoom[]; silent: string[] }> {
    const silent: string[] = [];
    const { mediaPlane, server } = this.#o;
    const asked = mediaPlane.edges().map((edge) => ({ id: edge.id, answer: this.#watchingOn(edge) }));
    if (server) asked.push({ id: LIVEKIT, answer: server.watching() });
    const answers = await Promise.all(
      asked.map(({ id, answer }) =>
        answer.catch(() => {
          silent.push(id);
          return [];
        }),
      ),
    );
    return { rooms: answers.flat(), silent };
  }

  async #watchingOn(edge: NodeLink): Promise<WatchedRoom[]> {
    const client = this.#clientOf(edge);
    const found: WatchedRoom[] = [];
    for (const { name, metadata, numParticipants, numPublishers } of await client.listRooms()) {
      if (numParticipants <= numPublishers) continue;
      const members = await client.listParticipants(name).catch(ignoreMissing);
      const viewers = viewersAmong(members ?? []);
      if (viewers.length > 0) found.push(watchedRoom(edge.id, name, metadata, viewers));
    }
    return found;
  }

  /** Says where rooms are that somebody watches, as far as that was told: a directory that was lost must not move them. */
  async rememberWhere(rooms: readonly WatchedRoom[]): Promise<void> {
    for (const { room, edge } of rooms) {
      if (edge === LIVEKIT || edge === '') continue;
      await this.#o.valkey.run((valkey) => valkey.hset(this.#directoryKey, room, edge));
    }
  }

  /**
   * Ends rooms on edges where they no longer are: an edge that could not be reached for a while had its rooms made on
   * another one, and nobody would command the copy. Who watches there is sent on to where the room is.
   */
  async endStrays(rooms: readonly WatchedRoom[]): Promise<void> {
    const edges = new Map(this.#o.mediaPlane.edges().map((edge) => [edge.id, edge]));
    for (const { room, edge } of rooms) {
      const found = edges.get(edge);
      if (found === undefined) continue;
      const right = await this.#o.valkey.run((valkey) => valkey.hget(this.#directoryKey, room));
      if (right === null || right === edge || !edges.has(right)) continue;
      await this.#clientOf(found).deleteRoom(room).catch(ignoreMissing);
    }
  }

  /** Says on which edge a room is to be, before it is made: where who watches is connected already. */
  async pin(room: string, edge: string): Promise<void> {
    await this.#o.valkey.run((valkey) => valkey.hset(this.#directoryKey, room, edge));
  }

  /** The room was not made after all. */
  async unpin(room: string): Promise<void> {
    await this.#o.valkey.run((valkey) => valkey.hdel(this.#directoryKey, room));
  }

  /** Rooms that belong to an edge, whether they are there or not. */
  async roomsOn(edge: string): Promise<Set<string>> {
    const all = await this.#o.valkey.run((valkey) => valkey.hgetall(this.#directoryKey));
    return new Set(Object.entries(all).flatMap(([room, at]) => (at === edge ? room : [])));
  }

  /**
   * @param host host name of the caller's request, for edges without an address of their own
   * @throws AppError `SERVICE_UNAVAILABLE` when no edge is there
   */
  async admit(room: string, camera: string, viewer: Viewer, host: string): Promise<Admission> {
    const { server } = this.#o;
    const { user, reservation, quality } = viewer;
    const token = new AccessToken(this.#o.livekit.apiKey, this.#o.livekit.apiSecret, {
      identity: viewer.identity,
      name: viewer.name,
      ttl: this.#o.tokenSeconds,
      // The first two are what the edge tells of the viewer, should everything else be forgotten.
      attributes: { user, reservation, ...(quality === null ? {} : { quality }) },
    });
    token.addGrant({ room, roomJoin: true, canSubscribe: true, canPublish: false, canPublishData: false });
    if (server?.has(room)) return { token: await token.toJwt(), livekitUrl: server.viewerUrl, whepUrl: null };
    const base = this.publicUrlOf(await this.edgeOf(room), host);
    return {
      token: await token.toJwt(),
      livekitUrl: base,
      whepUrl: `${base.replace(/^ws/, 'http')}/whep/${encodeURIComponent(camera)}`,
    };
  }

  /** `ws://…` or `wss://…`, without a slash at the end. */
  publicUrlOf({ lease }: NodeLink, host: string): string {
    const url =
      lease.public_url ?? `${this.#o.certificate !== null ? 'wss' : 'ws'}://${host}:${lease.public_port ?? 7880}`;
    return url.replace(/^http/, 'ws').replace(/\/+$/, '');
  }

  /** @throws AppError `SERVICE_UNAVAILABLE` when no edge is there */
  async edgeOf(room: string): Promise<NodeLink> {
    const edges = this.#o.mediaPlane.edges();
    const ids = edges.map((edge) => edge.id);
    const chosen = choose(room, ids);
    if (chosen === undefined) throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' });
    const kept = await this.#o.valkey.eval(directory, [this.#directoryKey], [room, chosen, ...ids]);
    const edge = edges.find(({ id }) => id === kept);
    if (edge === undefined) throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' });
    return edge;
  }

  get #directoryKey(): string {
    return this.#o.valkey.key('live', 'rooms');
  }

  #clientOf(edge: NodeLink): RoomServiceClient {
    const address = this.#commandUrlOf(edge);
    const known = this.#clients.get(edge.id);
    if (known?.address === address) return known.client;
    const { apiKey, apiSecret } = this.#o.livekit;
    const client = edgeRooms(address, apiKey, apiSecret, this.#o.certificate);
    this.#clients.set(edge.id, { address, client });
    return client;
  }

  /** Where the api itself reaches an edge: on the machine of its RPC. */
  #commandUrlOf({ lease }: NodeLink): string {
    const host = /^tls:\/\/(.+):\d+$/.exec(lease.rpc)?.[1] ?? this.#o.localHost;
    return `${this.#o.certificate !== null ? 'https' : 'http'}://${host}:${lease.public_port ?? 7880}`;
  }
}
