import { randomBytes } from 'node:crypto';
import type { Reservation, ReserveBody, StreamStats } from '@marsad/contract';
import type { Counter } from 'prom-client';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, permittedSources, requireSelf, requireSource } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { LiveService } from '../live/live.service.ts';
import type { FullAgencies } from './full-agencies.ts';
import type { Reserving } from './reserving.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { SourceUse } from './stream-answers.ts';
import { type StatsSnapshot, statsFor, withLimits } from './stream-stats.ts';
import type { QuotaOptions, StreamRepository } from './streams.repository.ts';

export { type StatsSnapshot, statsFor };

export interface StreamsServiceOptions {
  readonly repository: StreamRepository;
  readonly reserving: Reserving;
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
    requireSelf(caller, body.user_id);
    const { identity } = caller;
    const { live } = this.#o;
    await this.#refuseEarly(caller, body);
    const { camera_id, wall_id, quality } = body;
    const room = live.roomOf(identity.id, camera_id.toLowerCase(), wall_id, quality);
    const viewer = `user_${identity.id}_${wall_id ?? randomBytes(8).toString('hex')}`;
    const wanted = { camera: camera_id, room, identity: viewer, quality };
    return this.#o.reserving.take(caller, wanted, async (held) => {
      const { id: camera, name: camera_name } = held.camera;
      const { id: user, displayName: name } = identity;
      const admission = await live.admit(
        room,
        camera,
        // A wall is one connection, for whatever was reserved for it.
        { identity: held.identity, name, user, reservation: held.id, quality: wall_id === undefined ? quality : null },
        host,
      );
      return {
        reservation_id: held.id,
        camera_id: camera,
        camera_name,
        room_name: room,
        token: admission.token,
        livekit_url: admission.livekitUrl,
        expires_at: new Date(held.expiresAt).toISOString(),
        quality,
        participant_identity: `camera_${camera}`,
        ...(admission.whepUrl === null ? {} : { whep_url: admission.whepUrl }),
      };
    });
  }

  /** One's own that has ended already is released too. @throws AppError `RESERVATION_NOT_FOUND` */
  async release({ identity, origin }: Caller, id: string): Promise<void> {
    const { repository, rooms, audit } = this.#o;
    const { outcome } = await this.#o.reserving.known(() => repository.release(id, identity.id, 'released'));
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

  /** @throws AppError `SERVICE_UNAVAILABLE` */
  async stats(caller: Caller): Promise<StreamStats> {
    const all = await this.snapshot();
    return statsFor(all, permittedSources(caller, 'camera', 'view'));
  }

  /** What each agency uses of its quota; no names are looked up for it. */
  uses(): Promise<readonly SourceUse[]> {
    return this.#o.repository.stats();
  }

  /** Everything, for those who filter by agency themselves. @throws AppError `SERVICE_UNAVAILABLE` */
  async snapshot(): Promise<StatsSnapshot> {
    const uses = withLimits(await this.uses());
    // Numbers without names are better than neither, while the database is away.
    const briefs = await this.#o.cameras
      .briefs(uses.flatMap(({ cameras }) => cameras.map(({ id }) => id)))
      .catch(() => []);
    const names = new Map([...briefs].map(([id, { name }]) => [id, name]));
    return { uses, names, timestamp: new Date(this.#o.now()).toISOString() };
  }

  /**
   * Answers "full" again without asking anybody, when somebody was told so a moment ago: a wall that keeps asking must
   * not cost more than one that is served.
   */
  async #refuseEarly(caller: Caller, { camera_id, wall_id, quality }: ReserveBody): Promise<void> {
    const brief = this.#o.cameras.remembered(camera_id);
    if (brief === undefined || brief.removed) return;
    const { id, source } = brief;
    const told = this.#o.full.lately(source);
    if (told === null || this.#o.counts === 'cameras') return;
    requireSource(caller, 'camera', source, 'view');
    const user = caller.identity.id;
    if (await this.#o.repository.holds(user, id, this.#o.live.roomOf(user, id, wall_id, quality))) return;
    this.#o.reservations.inc({ source, status: 'rejected' });
    throw new AppError('AGENCY_LIMIT_EXCEEDED', { ...told });
  }
}
