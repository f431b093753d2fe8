import type { NodeLease } from '@marsad/contract';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Edge } from './edge/edge.ts';
import type { EdgeOptions } from './edge/edge-options.ts';
import { HiddenStreams } from './edge/hidden-streams.ts';
import { Ingest } from './ingest/ingest.ts';
import { PtzHeads } from './ingest/ptz/ptz-heads.ts';
import { RtspPullFactory } from './ingest/source/rtsp-pull-source.ts';
import { Lease } from './lease.ts';
import { NodeMetrics } from './node-metrics.ts';
import { Pushes } from './push/pushes.ts';
import type { RpcTls } from './rpc/address.ts';
import { ApiAccess } from './rpc/api-access.ts';
import { NodeService } from './rpc/node-service.ts';
import { RemoteStreams } from './rpc/remote-streams.ts';
import { RoutedStreams } from './rpc/routed-streams.ts';
import { RpcServer } from './rpc/rpc-server.ts';

export interface MediaNodeOptions {
  /** Names the node among all; stays the same over restarts. */
  readonly id: string;
  readonly roles: readonly ('ingest' | 'edge')[];
  readonly rpc: {
    /** `unix:/path` or `tls://host:port`. */
    readonly listen: string;
    /** What other machines connect to, when it is not `listen`. */
    readonly advertise?: string;
    /** Shared by all nodes and the api; at least 16 characters. */
    readonly secret: string;
    readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string };
  };
  /** Null: no lease is written, so the api does not find the node by itself. */
  readonly valkey: { readonly url: string; readonly keyPrefix: string } | null;
  /** Needed for the role `edge`. */
  readonly edge?: Omit<EdgeOptions, 'streams' | 'access' | 'publishing' | 'log' | 'metrics'>;
  readonly ingest?: {
    /** Bound of each stream's GOP cache, bytes. Default 16 MiB. */
    readonly gopBytes?: number;
    /** `rtsps` cameras: whether their certificate must be valid. Default false, because cameras sign their own. */
    readonly verifyCertificates?: boolean;
  };
  readonly log: Logger;
}

export interface MediaNode {
  /** Ends everything in reverse order. Safe to call twice. */
  close(): Promise<void>;
}

/** Opens what the node needs, wires it and starts it. What was opened is closed again when a later part fails. */
export async function startMediaNode(options: MediaNodeOptions): Promise<MediaNode> {
  const { id, roles, rpc, log } = options;
  const opened: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (let part = opened.pop(); part; part = opened.pop()) {
      try {
        await part();
      } catch (error) {
        log.error({ err: error }, 'a part of the media node did not close well');
      }
    }
  };

  try {
    let edge: Edge | null = null;
    const address = rpc.advertise ?? rpc.listen;
    const tls: RpcTls | undefined = rpc.tls;
    const registry = new Registry();
    const verifyCertificates = options.ingest?.verifyCertificates ?? false;
    const ingest = new Ingest({
      connect: (stream) => new RtspPullFactory({ ...stream, verifyCertificate: verifyCertificates }),
      log,
      ...(options.ingest?.gopBytes === undefined ? {} : { gopBytes: options.ingest.gopBytes }),
      onStatus: (key, status) => server.broadcast('camera.status', { ...key, status }),
      onPublished: (key, published) => {
        const { at = null, by } = published ?? {};
        server.broadcast('stream.published', { ...key, published_at: at, published_by: by });
        streams.refresh();
      },
    });
    opened.push(() => ingest.close());
    const ptz = new PtzHeads({ log, verifyCertificates });
    opened.push(() => ptz.close());
    const metrics = new NodeMetrics(registry, ingest);
    opened.push(() => metrics.close());
    const remote = new RemoteStreams({ secret: rpc.secret, log, ...(tls ? { tls } : {}) });
    opened.push(() => remote.close());
    const service = new NodeService({
      id,
      roles,
      address,
      ingest,
      ptz,
      remote,
      registry,
      log,
      pushes: () => pushes,
      onHidden: (cameras) => shown.hide(cameras),
      rtspConnections: () => edge?.rtspConnections() ?? [],
    });
    const streams = new RoutedStreams(ingest, remote, (camera) => service.isLocal(camera));
    const shown = new HiddenStreams({ streams });
    const pushes = new Pushes({ streams: shown, registry, log });
    opened.push(() => pushes.close());
    service.onMoved(() => streams.refresh());
    const server = new RpcServer({
      listen: rpc.listen,
      secret: rpc.secret,
      ...(tls ? { tls } : {}),
      handlers: service.handlers,
      onPeerGone: (peer) => service.gone(peer),
      log,
    });

    if (roles.includes('edge')) {
      if (!options.edge) throw new Error('the role edge needs its options');
      const access = new ApiAccess({ server, log });
      const opening = new Edge({ ...options.edge, streams: shown, access, publishing: ingest, log, metrics: registry });
      await opening.start();
      opened.push(() => opening.close());
      edge = opening;
    }
    await server.start();
    opened.push(() => server.close());

    if (options.valkey) {
      const lease: NodeLease = {
        id,
        roles: [...roles],
        rpc: address,
        public_url: options.edge?.publicUrl ?? null,
        public_port: edge?.port ?? null,
        rtsp_port: edge?.rtspPorts.plain ?? null,
        rtsps_port: edge?.rtspPorts.secure ?? null,
        started_at: Date.now(),
      };
      const held = new Lease({ ...options.valkey, lease, log });
      held.start();
      opened.push(() => held.close());
    }
    log.info({ id, roles, rpc: address, port: edge?.port ?? null }, 'media node runs');
    let closing: Promise<void> | null = null;
    return {
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
