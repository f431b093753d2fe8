import { RoomMetadata } from '@marsad/contract';
import { AccessToken, RoomServiceClient, TwirpError } from 'livekit-server-sdk';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import type { NodeLink } from '../../media-plane/node-link.ts';
import { choose } from '../../media-plane/rendezvous.ts';
import { AppError } from '../../platform/app-error.ts';
import { loadScript } from '../../platform/valkey/script.ts';
import type { Valkey } from '../../platform/valkey/valkey.ts';
import { pinnedRooms } from './pinned-rooms.ts';

const directory = loadScript(new URL('room-directory.lua', import.meta.url));

export interface LiveServiceOptions {
  readonly mediaPlane: Pick<MediaPlane, 'edges'>;
  readonly valkey: Valkey;
  readonly livekit: { readonly apiKey: string; readonly apiSecret: string };
  /** The certificate (PEM) with which edges speak TLS; null when they don't. */
  readonly certificate: string | null;
  /** Address at which edges of this machine listen. */
  readonly localHost: string;
  /** Life of a viewer's token, seconds. */
  readonly tokenSeconds: number;
}

/** What a viewer needs to join. */
export interface Admission {
  readonly token: string;
  readonly livekitUrl: string;
  readonly whepUrl: string;
}

/** Rooms on the edges: makes them show the cameras they should, and lets viewers in. */
export class LiveService {
  readonly #o: LiveServiceOptions;
  readonly #clients = new Map<string, { address: string; client: RoomServiceClient }>();

  constructor(options: LiveServiceOptions) {
    this.#o = options;
  }

  /**
   * Makes a room show these cameras; without any it goes.
   * @returns the edge it is on
   * @throws AppError `SERVICE_UNAVAILABLE` when no edge can be reached
   */
  async show(room: string, cameras: readonly { id: string; name: string }[]): Promise<NodeLink> {
    const edge = await this.edgeOf(room);
    const client = this.#clientOf(edge);
    try {
      if (cameras.length === 0) {
        await client.deleteRoom(room).catch(ignoreMissing);
        await this.#o.valkey.run((valkey) => valkey.hdel(this.#directoryKey, room));
        return edge;
      }
      const metadata = JSON.stringify({ cameras: [...cameras] } satisfies RoomMetadata);
      // Answers the room as it is when there already is one, with the metadata it had.
      const found = await client.createRoom({ name: room, metadata, departureTimeout: 20 });
      if (!sameCameras(found.metadata, cameras)) await client.updateRoomMetadata(room, metadata);
      return edge;
    } catch (error) {
      throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' }, error);
    }
  }

  /** Throws one viewer out; one who has left already is no error. */
  async dismiss(room: string, identity: string): Promise<void> {
    const edge = await this.edgeOf(room);
    await this.#clientOf(edge).removeParticipant(room, identity).catch(ignoreMissing);
  }

  /** @param host host name of the caller's request, for edges without an address of their own */
  async admit(
    edge: NodeLink,
    room: string,
    camera: string,
    identity: string,
    name: string,
    host: string,
  ): Promise<Admission> {
    const token = new AccessToken(this.#o.livekit.apiKey, this.#o.livekit.apiSecret, {
      identity,
      name,
      ttl: this.#o.tokenSeconds,
    });
    token.addGrant({ room, roomJoin: true, canSubscribe: true, canPublish: false, canPublishData: false });
    const base = this.publicUrlOf(edge, host);
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
    const { certificate } = this.#o;
    const client =
      certificate === null
        ? new RoomServiceClient(address, apiKey, apiSecret, { requestTimeout: 3, failover: false })
        : pinnedRooms(address, apiKey, apiSecret, certificate);
    this.#clients.set(edge.id, { address, client });
    return client;
  }

  /** Where the api itself reaches an edge: on the machine of its RPC. */
  #commandUrlOf({ lease }: NodeLink): string {
    const host = /^tls:\/\/(.+):\d+$/.exec(lease.rpc)?.[1] ?? this.#o.localHost;
    return `${this.#o.certificate !== null ? 'https' : 'http'}://${host}:${lease.public_port ?? 7880}`;
  }
}

function ignoreMissing(error: unknown): void {
  if (error instanceof TwirpError && (error.code === 'not_found' || error.status === 404)) return;
  throw error;
}

function sameCameras(metadata: string, cameras: readonly { id: string; name: string }[]): boolean {
  try {
    const found = RoomMetadata.parse(JSON.parse(metadata)).cameras;
    return (
      found.length === cameras.length &&
      found.every(({ id, name }, i) => id === cameras[i]?.id && name === cameras[i]?.name)
    );
  } catch {
    return false;
  }
}
