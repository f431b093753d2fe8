import { randomBytes, randomUUID } from 'node:crypto';
import type { Reservation, ReserveBody, StreamStats } from '@marsad/contract';
import type { Counter } from 'prom-client';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, permittedSources, requireSource } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { LiveService } from '../live/live.service.ts';
import type { FullAgencies } from './full-agencies.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { SourceUse } from './stream-answers.ts';
import { type StatsSnapshot, statsFor } from './stream-stats.ts';
import type { QuotaOptions, StreamRepository } from './streams.repository.ts';

export { type StatsSnapshot, statsFor };

export interface StreamsServiceOptions {
  readonly repository: StreamRepository;
  readonly rooms: RoomKeeper;
  readonly cameras: CamerasService;
  readonly live: LiveService;
  readonly audit: AuditService;
  readonly reservations: Counter<'source' | 'status'>;
  readonly full: FullAgencies;
  readonly counts: QuotaOptions['counts'];
  /** Tells Valkey again who watches, after it has forgotten. */
  readonly recover: () => Promise<void>;
  /** Called when a reservation was made or has ended. */
  readonly onChange: () => void;
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
    if (body.user_id !== undefined && body.user_id !== identity.id && body.user_id !== identity.login) {
      throw new AppError('FORBIDDEN');
    }
    await this.#refuseEarly(caller, body);
    const { row, live: state } = await cameras.viewable(caller, body.camera_id);
    const { id: camera, name: camera_name, source } = row;
    const room = roomOf(identity.id, camera, body.wall_id);
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
    const outcome = await this.#known(() => repository.reserve(wanted, !offline));
    if (outcome.outcome === 'full') {
      const { current, limit } = outcome;
      this.#o.full.remember({ source, current, limit });
      reservations.inc({ source, status: 'rejected' });
      throw new AppError('AGENCY_LIMIT_EXCEEDED', { source, current, limit });
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
      const viewer = {
        identity: outcome.identity,
        name: identity.displayName,
        user: identity.id,
        reservation: outcome.id,
      };
      const admission = await live.admit(edge, room, camera, viewer, host);
      if (outcome.outcome === 'reserved') {
        const details = { reservation_id: outcome.id, camera_id: camera, source, room };
        await audit.record({ type: 'stream_requested', actor: identity.id, details, origin });
        reservations.inc({ source, status: 'reserved' });
        this.#o.onChange();
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
      if (outcome.outcome === 'reserved') {
        await repository.release(outcome.id, null, 'failed').catch(() => {});
        void rooms.settle();
      }
      reservations.inc({ source, status: 'failed' });
      throw error;
    }
  }

  /** One's own that has ended already is released too. @throws AppError `RESERVATION_NOT_FOUND` */
  async release({ identity, origin }: Caller, id: string): Promise<void> {
    const { repository, rooms, audit } = this.#o;
    const { outcome } = await this.#known(() => repository.release(id, identity.id, 'released'));
    if (outcome === 'unknown') throw new AppError('RESERVATION_NOT_FOUND');
    if (outcome === 'already') return;
    this.#o.onChange();
    await Promise.all([
      rooms.settle(),
      audit.record({ type: 'stream_released', actor: identity.id, details: { reservation_id: id }, origin }),
    ]);
  }

  /** @throws AppError `RESERVATION_NOT_FOUND` */
  async heartbeat({ identity }: Caller, id: string): Promise<void> {
    const expiresAt = await this.#o.repository.heartbeat(id, identity.id);
    if (expiresAt === 'lost') {
      // Not "it is over": those who watch are being found again.
      void this.#o.recover().catch(() => {});
      throw new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' });
    }
    if (expiresAt === null) throw new AppError('RESERVATION_NOT_FOUND');
  }

  async stats(caller: Caller): Promise<StreamStats> {
    const all = await this.snapshot();
    return statsFor(all, permittedSources(caller, 'camera', 'view'));
  }

  /** What each agency uses of its quota; no names are looked up for it. */
  uses(): Promise<readonly SourceUse[]> {
    return this.#o.repository.stats();
  }

  /** Everything, for those who filter by agency themselves. */
  async snapshot(): Promise<StatsSnapshot> {
    const uses = await this.uses();
    const briefs = await this.#o.cameras.briefs(uses.flatMap(({ cameras }) => cameras.map(({ id }) => id)));
    const names = new Map([...briefs].map(([id, { name }]) => [id, name]));
    return { uses, names, timestamp: new Date(this.#o.now()).toISOString() };
  }

  /**
   * Answers "full" again without asking anybody, when somebody was told so a moment ago: a wall that keeps asking must
   * not cost more than one that is served.
   */
  async #refuseEarly(caller: Caller, { camera_id, wall_id }: ReserveBody): Promise<void> {
    const brief = this.#o.cameras.remembered(camera_id);
    if (brief === undefined || brief.removed) return;
    const { id, source } = brief;
    const told = this.#o.full.lately(source);
    if (told === null || this.#o.counts === 'cameras') return;
    requireSource(caller, 'camera', source, 'view');
    const user = caller.identity.id;
    if (await this.#o.repository.holds(user, id, roomOf(user, id, wall_id))) return;
    this.#o.reservations.inc({ source, status: 'rejected' });
    throw new AppError('AGENCY_LIMIT_EXCEEDED', { ...told });
  }

  /** When Valkey has forgotten everything, it is first told again who watches. */
  async #known<T extends { readonly outcome: string }>(
    operation: () => Promise<T>,
  ): Promise<Exclude<T, { readonly outcome: 'lost' }>> {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const answer = await operation();
      if (answer.outcome !== 'lost') return answer as Exclude<T, { readonly outcome: 'lost' }>;
      await this.#o.recover();
    }
    throw new AppError('SERVICE_UNAVAILABLE', { part: 'valkey' });
  }
}

function roomOf(user: string, camera: string, wall: string | undefined): string {
  return wall === undefined ? `camera_${camera}` : `wall_${user}_${wall}`;
}
