import {
  type Camera,
  CameraQuery,
  type ControlConfig,
  type ControlPage,
  type ControlPath,
  type ControlPathConfig,
  type ControlRtspConnection,
  type ErrorCode,
} from '@marsad/contract';
import type { MediaPlane } from '../../media-plane/media-plane.ts';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, requireAdmin } from '../../platform/auth/identity.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { ReservationsService } from '../streams/reservations.service.ts';
import { type ReportedConnection, type ReportedStream, reportedConnections, reportedStreams } from './node-reports.ts';
import { pageOf } from './page.ts';
import { cameraOf } from './path-config.ts';
import { pathNameOf } from './path-name.ts';

export interface ControlServiceOptions {
  readonly cameras: Pick<CamerasService, 'list' | 'get' | 'named' | 'create' | 'update' | 'remove' | 'restore'>;
  readonly reservations: Pick<ReservationsService, 'watchers'>;
  readonly mediaPlane: Pick<MediaPlane, 'nodes' | 'edges'>;
  readonly logLevel: string;
  /** TCP port of the api. */
  readonly port: number;
  readonly tls: boolean;
}

/** What is known of all cameras together. */
interface Reports {
  readonly streams: ReadonlyMap<string, ReportedStream>;
  readonly connections: readonly ReportedConnection[];
  /** Camera id → those who watch without RTSP. */
  readonly watchers: ReadonlyMap<string, readonly string[]>;
}

const codecs: Readonly<Record<string, string>> = { h264: 'H264', h265: 'H265' };

/** The catalogue and the engine as somebody sees them who knows MediaMTX: paths, their readers, RTSP connections. */
export class ControlService {
  readonly #o: ControlServiceOptions;

  constructor(options: ControlServiceOptions) {
    this.#o = options;
  }

  config(caller: Caller): ControlConfig {
    requireAdmin(caller);
    const { logLevel, port, tls } = this.#o;
    const lease = this.#o.mediaPlane.edges()[0]?.lease;
    const address = (number: number | null | undefined) => (number ? `:${number}` : '');
    return {
      logLevel,
      api: true,
      apiAddress: address(port),
      apiEncryption: tls,
      metrics: true,
      metricsAddress: address(port),
      playback: false,
      rtsp: Boolean(lease?.rtsp_port),
      rtspTransports: ['udp', 'tcp'],
      rtspEncryption: lease?.rtsps_port ? 'optional' : 'no',
      rtspAddress: address(lease?.rtsp_port),
      rtspsAddress: address(lease?.rtsps_port),
      rtspAuthMethods: ['digest', 'basic'],
      webrtc: lease !== undefined,
      webrtcAddress: address(lease?.public_port),
      webrtcEncryption: tls,
      rtmp: false,
      hls: false,
      srt: false,
    };
  }

  async paths(caller: Caller, page: ControlPage) {
    requireAdmin(caller);
    const cameras = await this.#everyCamera(caller);
    cameras.sort((a, b) => (pathNameOf(a) < pathNameOf(b) ? -1 : 1));
    const { items, ...counts } = pageOf(cameras, page);
    const reports = items.length === 0 ? null : await this.#reports(caller);
    return { ...counts, items: reports ? items.map((camera) => describePath(camera, reports)) : [] };
  }

  /** @throws AppError `CAMERA_NOT_FOUND` */
  async path(caller: Caller, name: string): Promise<ControlPath> {
    requireAdmin(caller);
    const { id } = await this.#o.cameras.named(name);
    const [camera, reports] = await Promise.all([this.#o.cameras.get(caller, id), this.#reports(caller)]);
    return describePath(camera, reports);
  }

  /** @throws AppError `CAMERA_EXISTS`, `CAMERA_PATH_TAKEN`; ValidationError for what we cannot do */
  async addPath(caller: Caller, name: string, config: ControlPathConfig): Promise<void> {
    requireAdmin(caller);
    const { cameras } = this.#o;
    const { id, ...camera } = cameraOf(name, config);
    try {
      await cameras.create(caller, { ...camera, id });
    } catch (error) {
      const wasRemoved = isCode(error, 'CAMERA_EXISTS') && id !== undefined && !(await this.#isThere(name));
      if (!wasRemoved) throw error;
      // Its recordings are still there, and belong to it.
      await cameras.restore(caller, id);
      await cameras.update(caller, id, camera);
    }
  }

  /** @throws AppError `CAMERA_NOT_FOUND` */
  async removePath(caller: Caller, name: string): Promise<void> {
    requireAdmin(caller);
    const { id } = await this.#o.cameras.named(name);
    await this.#o.cameras.remove(caller, id);
  }

  async connections(caller: Caller, secure: boolean, page: ControlPage) {
    requireAdmin(caller);
    const all = await reportedConnections(this.#o.mediaPlane);
    const { items, ...counts } = pageOf(
      all.filter((connection) => connection.secure === secure),
      page,
    );
    return { ...counts, items: items.map(describeConnection) };
  }

  #isThere(name: string): Promise<boolean> {
    return this.#o.cameras.named(name).then(
      () => true,
      (error) => {
        if (isCode(error, 'CAMERA_NOT_FOUND')) return false;
        throw error;
      },
    );
  }

  async #everyCamera(caller: Caller): Promise<Camera[]> {
    const found: Camera[] = [];
    for (;;) {
      const query = CameraQuery.parse({ limit: 1000, offset: found.length });
      const { cameras, total } = await this.#o.cameras.list(caller, query);
      found.push(...cameras);
      if (cameras.length === 0 || found.length >= total) return found;
    }
  }

  async #reports(caller: Caller): Promise<Reports> {
    const { mediaPlane, reservations } = this.#o;
    const [streams, connections, held] = await Promise.all([
      reportedStreams(mediaPlane),
      reportedConnections(mediaPlane),
      reservations.watchers(caller),
    ]);
    const byRtsp = new Set(connections.map(({ session }) => `reader_${session}`));
    const others = held.filter(({ room }) => !byRtsp.has(room));
    const watchers = Map.groupBy(others, ({ camera }) => camera);
    return {
      streams,
      connections,
      watchers: new Map([...watchers].map(([camera, all]) => [camera, all.map(({ id }) => id)])),
    };
  }
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof AppError && error.code === code;
}

function describePath(camera: Camera, { streams, connections, watchers }: Reports): ControlPath {
  const name = pathNameOf(camera);
  const stream = streams.get(camera.id);
  const ready = stream?.status.state === 'live';
  const since = ready ? new Date(stream.status.since).toISOString() : null;
  const here = connections.filter((connection) => connection.camera === camera.id);
  const read = here.filter(({ state }) => state === 'read');
  const received = stream?.bytes_in ?? 0;
  const sent = read.reduce((sum, connection) => sum + connection.bytes_sent, 0);
  const webrtc = (id: string) => ({ type: 'webRTCSession', id });
  const publisher = here.find(({ state }) => state === 'publish');
  const published = publisher ? describePeer(publisher) : ready ? webrtc('') : null;
  return {
    name,
    confName: name,
    source: camera.ingest === 'pull' ? { type: 'rtspSource', id: '' } : published,
    ready,
    readyTime: since,
    available: ready,
    availableTime: since,
    online: ready,
    onlineTime: since,
    tracks: ready && stream.codec !== null ? [codecs[stream.codec] ?? stream.codec] : [],
    bytesReceived: received,
    bytesSent: sent,
    inboundBytes: received,
    outboundBytes: sent,
    readers: [...read.map(describePeer), ...(watchers.get(camera.id) ?? []).map(webrtc)],
  };
}

function describePeer({ id, session, secure }: ReportedConnection) {
  return { type: secure ? 'rtspsSession' : 'rtspSession', id: session ?? id };
}

function describeConnection(connection: ReportedConnection): ControlRtspConnection {
  const { bytes_received, bytes_sent, transport } = connection;
  return {
    id: connection.id,
    created: new Date(connection.created).toISOString(),
    remoteAddr: connection.remote_address,
    bytesReceived: bytes_received,
    bytesSent: bytes_sent,
    inboundBytes: bytes_received,
    outboundBytes: bytes_sent,
    session: connection.session,
    state: connection.state,
    path: connection.path ?? '',
    transport: transport === null ? null : transport.toUpperCase(),
    node: connection.node,
  };
}
