import type { OrderAnswer, RtspConnection } from '@marsad/contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { RtspConnInfo } from '../edge/rtsp/conn-info.ts';
import type { Ingest, IngestStream } from '../ingest/ingest.ts';
import type { PtzHeads } from '../ingest/ptz/ptz-heads.ts';
import type { Pushes } from '../push/pushes.ts';
import type { Published } from '../stream-publishing.ts';
import type { Result } from './method-types.ts';
import { ptzHandlers } from './ptz-handlers.ts';
import type { RemoteStreams } from './remote-streams.ts';
import type { RpcPeer } from './rpc-peer.ts';
import type { RpcHandlers } from './rpc-server.ts';
import { StreamService } from './stream-service.ts';

export interface NodeServiceOptions {
  readonly id: string;
  readonly roles: readonly ('ingest' | 'edge')[];
  /** The address this node is known by: a route to it leads to our own ingest. */
  readonly address: string;
  readonly ingest: Ingest;
  /** Moves cameras, on an ingest. */
  readonly ptz?: PtzHeads;
  readonly remote: RemoteStreams;
  readonly registry: Registry;
  readonly log: Logger;
  /** What this node pushes to other servers. */
  readonly pushes?: () => Pushes;
  /** Which cameras no viewer may see. */
  readonly onHidden?: (cameras: readonly string[]) => void;
  /** Connections to the RTSP server of the edge. */
  readonly rtspConnections?: () => readonly RtspConnInfo[];
}

/** What a media node answers when the api or another node calls. */
export class NodeService {
  readonly handlers: RpcHandlers;
  readonly #options: NodeServiceOptions;
  readonly #subscriptions: StreamService;
  #routes = new Map<string, string>();
  #routesGeneration = Number.NEGATIVE_INFINITY;
  #moved: () => void = () => {};

  constructor(options: NodeServiceOptions) {
    this.#options = options;
    const { id, roles, ingest, ptz, registry, log } = options;
    const subscriptions = new StreamService(ingest);
    this.#subscriptions = subscriptions;
    this.handlers = {
      'node.ping': () => ({ id, roles: [...roles] }),
      'node.metrics': async ({ names }) => ({ metrics: await metricsOf(registry, names) }),
      // Of an edge alone too: what is pushed to it is its own.
      'ingest.streams': () => ({
        streams: [...ingest.streams()].map((each) => describeStream(each, ingest.published(each.key))),
      }),
      'ingest.unpublish': ({ reason, ...key }, _peer, { request_id }) => {
        const ended = ingest.unpublish(key, reason);
        if (ended) log.info({ ...key, reason, request_id }, 'a publisher is ended');
        return { ended };
      },
      'stream.subscribe': ({ camera, profile, subscription }, peer) => {
        subscriptions.subscribe(peer, { camera, profile }, subscription);
        return {};
      },
      'stream.unsubscribe': ({ subscription }, peer) => {
        subscriptions.unsubscribe(peer, subscription);
        return {};
      },
      ...(options.pushes ? pushHandlers(options.pushes) : {}),
      ...(roles.includes('ingest')
        ? {
            'ingest.assign': ({ generation, cameras }, _peer, { request_id }) => {
              const before = new Set(ingest.assigned);
              const accepted = ingest.assign(generation, cameras);
              if (!accepted) return orderAnswer(accepted, ingest.generation);
              const added = cameras.filter(({ id }) => !before.delete(id)).length;
              if (added + before.size > 0) {
                log.info({ cameras: cameras.length, added, removed: before.size, request_id }, 'cameras assigned');
              }
              this.#moved();
              return orderAnswer(accepted, generation);
            },
            ...(ptz ? ptzHandlers(ptz) : {}),
          }
        : {}),
      ...(roles.includes('edge')
        ? {
            'edge.routes': ({ generation, routes, hidden }) => {
              const accepted = this.#route(generation, routes);
              if (accepted) options.onHidden?.(hidden ?? []);
              return orderAnswer(accepted, this.#routesGeneration);
            },
            'edge.rtsp': () => ({ connections: (options.rtspConnections?.() ?? []).map(describeConnection) }),
          }
        : {}),
    } satisfies RpcHandlers;
  }

  /** Called whenever cameras may have moved to or from this node. */
  onMoved(moved: () => void): void {
    this.#moved = moved;
  }

  /**
   * What is pushed here is here, before anybody else knows. Until a route is known, a camera assigned here is taken from
   * here.
   */
  isLocal(camera: string): boolean {
    if (this.#options.ingest.isPublished(camera)) return true;
    const route = this.#routes.get(camera);
    return route === undefined ? this.#options.ingest.owns(camera) : route === this.#options.address;
  }

  gone(peer: RpcPeer): void {
    this.#subscriptions.gone(peer);
  }

  #route(generation: number, routes: Readonly<Record<string, string>>): boolean {
    if (generation < this.#routesGeneration) return false;
    this.#routesGeneration = generation;
    this.#routes = new Map(Object.entries(routes));
    const elsewhere = [...this.#routes].filter(([, address]) => address !== this.#options.address);
    this.#options.remote.route(new Map(elsewhere));
    this.#moved();
    return true;
  }
}

function orderAnswer(accepted: boolean, generation: number): OrderAnswer {
  return { accepted, generation: Number.isSafeInteger(generation) ? generation : null };
}

async function metricsOf(registry: Registry, names: readonly string[] | undefined): Promise<unknown[]> {
  if (!names) return registry.getMetricsAsJSON();
  return Promise.all(names.flatMap((name) => registry.getSingleMetric(name)?.get() ?? []));
}

type StreamDescription = Result<'ingest.streams'>['streams'][number];

function describeStream({ key, fanout, stream }: IngestStream, published: Published | null): StreamDescription {
  const video = fanout.currentTracks.find((track) => track.kind === 'video') ?? stream.announced;
  return {
    ...key,
    status: { ...fanout.currentStatus, last_picture_at: stream.lastPictureAt },
    width: video?.width ?? null,
    height: video?.height ?? null,
    codec: video?.codec ?? null,
    frame_rate: video?.frameRate ?? null,
    sinks: fanout.sinks,
    bytes_in: stream.counters.bytes,
    pictures_in: stream.counters.pictures,
    pictures_lost: stream.counters.picturesLost,
    gop_bytes: fanout.gop.bytes,
    gop_pictures: fanout.gop.pictures,
    published_at: published?.at ?? null,
    published_by: published?.by,
  };
}

function pushHandlers(pushes: () => Pushes) {
  return {
    'ingest.push': ({ generation, pushes: wanted }) => {
      const accepted = pushes().set(generation, wanted);
      return orderAnswer(accepted, pushes().generation);
    },
    'ingest.pushes': () => ({
      pushes: pushes()
        .list()
        .map(({ camera, profile, status: { state, reason, httpStatus, since, nextAttemptAt } }) => ({
          ...{ camera, profile, state, reason, since },
          http_status: httpStatus,
          next_attempt_at: nextAttemptAt,
        })),
    }),
  } satisfies RpcHandlers;
}

function describeConnection(connection: RtspConnInfo): RtspConnection {
  const { id, session, created, remoteAddress, secure, state, transport, path, camera, bytesReceived, bytesSent } =
    connection;
  return {
    id,
    session,
    created,
    remote_address: remoteAddress,
    secure,
    state,
    transport,
    path,
    camera,
    bytes_received: bytesReceived,
    bytes_sent: bytesSent,
  };
}
