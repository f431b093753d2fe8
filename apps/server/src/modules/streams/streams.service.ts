import { randomBytes, randomUUID } from 'node:crypto';
import type { Reservation, ReserveBody, Source, SourceStats, StreamStats } from '@marsad/contract';
import type { Counter } from 'prom-client';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, permittedSources } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { LiveService } from '../live/live.service.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { SourceUse, StreamRepository } from './streams.repository.ts';

export interface StreamsServiceOptions {
  readonly repository: StreamRepository;
  readonly rooms: RoomKeeper;
  readonly cameras: CamerasService;
  readonly live: LiveService;
  readonly audit: AuditService;
  readonly reservations: Counter<'source' | 'status'>;
  readonly now: () => number;
}

/** Who may watch what, and how many at once. */
export class StreamsService {
  readonly #o: StreamsServiceOptions;

  constructor(options: StreamsServiceOptions) {
    this.#o = options;
  }

  /**
   * @param host host name by which the caller reached us
   * @throws AppError `CAMERA_NOT_FOUND`, `SOURCE_FORBIDDEN`, `CAMERA_OFFLINE`, `AGENCY_LIMIT_EXCEEDED`, `FORBIDDEN` for
   *   somebody else's `user_id`, `SERVICE_UNAVAILABLE`
   */
  async reserve(caller: Caller, body: ReserveBody, host: string): Promise<Reservation> {
    const { identity, origin } = caller;
    const { repository, cameras, live, rooms, audit, reservations } = this.#o;
    const { row, live: state } = await cameras.viewable(caller, body.camera_id);
    const { id: camera, name: camera_name, source } = row;
    if (body.user_id !== undefined && body.user_id !== identity.id && body.user_id !== identity.login) {
      throw new AppError('FORBIDDEN');
    }
    const room = body.wall_id === undefined ? `camera_${camera}` : `wall_${identity.id}_${body.wall_id}`;
    const viewer = `user_${identity.id}_${body.wall_id ?? randomBytes(8).toString('hex')}`;
    const offline = state.stream.state === 'offline';
    const wanted = {
      id: randomUUID(),
      camera,
      source,
      user: identity.id,
      room,
      identity: viewer,
      quality: body.quality,
    };
    const outcome = await repository.reserve(wanted, !offline);
    if (outcome.outcome === 'full') {
      reservations.inc({ source, status: 'rejected' });
      throw new AppError('AGENCY_LIMIT_EXCEEDED', { source, current: outcome.current, limit: outcome.limit });
    }
    if (outcome.outcome === 'not-new') {
      reservations.inc({ source, status: 'offline' });
      // A camera that no node has is our fault and not the camera's.
      if (state.stream.reason === 'NODE_LOST') throw new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' });
      throw new AppError('CAMERA_OFFLINE', { camera_id: camera, camera_name, reason: state.stream.reason });
    }
    try {
      await rooms.sync(room);
      const edge = await live.edgeOf(room);
      const admission = await live.admit(edge, room, camera, outcome.identity, identity.displayName, host);
      if (outcome.outcome === 'reserved') {
        const details = { reservation_id: outcome.id, camera_id: camera, source, room };
        await audit.record({ type: 'stream_requested', actor: identity.id, details, origin });
        reservations.inc({ source, status: 'reserved' });
      }
      return {
        reservation_id: outcome.id,
        camera_id: camera,
        camera_name,
        room_name: room,
        token: admission.token,
        livekit_url: admission.livekitUrl,
        expires_at: new Date(outcome.expiresAt).toISOString(),
        quality: body.quality,
        participant_identity: `camera_${camera}`,
        whep_url: admission.whepUrl,
      };
    } catch (error) {
      // Nobody can use it, so nobody should be charged for it.
      if (outcome.outcome === 'reserved') await repository.release(outcome.id, null, 'failed').catch(() => {});
      reservations.inc({ source, status: 'failed' });
      throw error;
    }
  }

  /** One's own that has ended already is released too. @throws AppError `RESERVATION_NOT_FOUND` */
  async release({ identity, origin }: Caller, id: string): Promise<void> {
    const { repository, rooms, audit } = this.#o;
    const outcome = await repository.release(id, identity.id, 'released');
    if (outcome === 'unknown') throw new AppError('RESERVATION_NOT_FOUND');
    if (outcome === 'already') return;
    await Promise.all([
      rooms.settle(),
      audit.record({ type: 'stream_released', actor: identity.id, details: { reservation_id: id }, origin }),
    ]);
  }

  /** @throws AppError `RESERVATION_NOT_FOUND` */
  async heartbeat({ identity }: Caller, id: string): Promise<void> {
    const expiresAt = await this.#o.repository.heartbeat(id, identity.id);
    if (expiresAt === null) throw new AppError('RESERVATION_NOT_FOUND');
  }

  async stats(caller: Caller): Promise<StreamStats> {
    const visible = new Set<Source>(permittedSources(caller, 'camera', 'view'));
    const uses = (await this.#o.repository.stats()).filter(({ source }) => visible.has(source));
    const names = await this.#o.cameras.names(uses.flatMap(({ cameras }) => cameras.map(({ id }) => id)));
    return {
      active_streams: uses.reduce((sum, { cameras }) => sum + cameras.length, 0),
      total_viewers: uses.reduce((sum, { reservations }) => sum + reservations, 0),
      source_stats: Object.fromEntries(uses.map((use) => [use.source, sourceStatsOf(use)])),
      camera_stats: uses.flatMap(({ source, cameras }) =>
        cameras.map(({ id, viewers, since }) => ({
          camera_id: id,
          camera_name: names.get(id) ?? id,
          viewer_count: viewers,
          source,
          active_since: new Date(since).toISOString(),
        })),
      ),
      timestamp: new Date(this.#o.now()).toISOString(),
    };
  }
}

function sourceStatsOf({ source, current, limit, cameras }: SourceUse): SourceStats {
  return {
    source,
    current,
    limit,
    // A limit of 0 that somebody is over is full, not infinitely so.
    usage_percent: limit > 0 ? Math.round((current / limit) * 1000) / 10 : current > 0 ? 100 : 0,
    active_cameras: cameras.length,
  };
}
