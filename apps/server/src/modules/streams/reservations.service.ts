import type { HeldReservationList, ReservationQuery } from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, requireAdmin } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { CamerasService } from '../cameras/cameras.service.ts';
import type { IamService } from '../iam/iam.service.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { StreamRepository } from './streams.repository.ts';

export interface ReservationsServiceOptions {
  readonly repository: Pick<StreamRepository, 'list' | 'release'>;
  readonly rooms: Pick<RoomKeeper, 'settle'>;
  readonly cameras: Pick<CamerasService, 'briefs'>;
  readonly iam: Pick<IamService, 'standing'>;
  readonly audit: AuditService;
  /** Called after a change. */
  readonly onChange: () => void;
}

/** Everybody's reservations, for administrators. */
export class ReservationsService {
  readonly #o: ReservationsServiceOptions;

  constructor(options: ReservationsServiceOptions) {
    this.#o = options;
  }

  async list(caller: Caller, query: ReservationQuery): Promise<HeldReservationList> {
    requireAdmin(caller);
    const all = (await this.#o.repository.list())
      .filter(({ source }) => query.source === undefined || source === query.source)
      .filter(({ user }) => query.user_id === undefined || user === query.user_id)
      .filter(({ camera }) => query.camera_id === undefined || camera === query.camera_id)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    const page = all.slice(query.offset, query.offset + query.limit);
    const [briefs, people] = await Promise.all([
      this.#o.cameras.briefs(page.map(({ camera }) => camera)),
      this.#o.iam.standing(page.map(({ user }) => user)),
    ]);
    const time = (ms: number) => new Date(ms).toISOString();
    return {
      reservations: page.map((held) => ({
        reservation_id: held.id,
        camera_id: held.camera,
        camera_name: briefs.get(held.camera)?.name ?? held.camera,
        source: held.source,
        user_id: held.user,
        user_name: people.get(held.user)?.name ?? null,
        user_name_ar: people.get(held.user)?.nameAr ?? null,
        room_name: held.room,
        participant_identity: held.identity,
        quality: held.quality,
        created_at: time(held.createdAt),
        last_heartbeat_at: time(held.beatAt),
        expires_at: time(held.expiresAt),
      })),
      count: page.length,
      total: all.length,
    };
  }

  /** Everybody's, and of each no more than who watches what where: asked for often, and of many. */
  async watchers(caller: Caller): Promise<{ id: string; camera: string; room: string }[]> {
    requireAdmin(caller);
    return (await this.#o.repository.list()).map(({ id, camera, room }) => ({ id, camera, room }));
  }

  /** Ends whatever a viewer holds in a room. @returns how many there were */
  async endIn(caller: Caller, room: string, identity: string): Promise<number> {
    requireAdmin(caller);
    const held = (await this.#o.repository.list()).filter((one) => one.room === room && one.identity === identity);
    for (const { id } of held) await this.end(caller, id);
    return held.length;
  }

  /** One that has ended already is no error. @throws AppError `RESERVATION_NOT_FOUND` */
  async end(caller: Caller, id: string): Promise<void> {
    requireAdmin(caller);
    const { repository, rooms, audit, onChange } = this.#o;
    const released = await repository.release(id, null, 'administrator');
    if (released.outcome === 'unknown' || released.outcome === 'lost') throw new AppError('RESERVATION_NOT_FOUND');
    if (released.outcome === 'already') return;
    onChange();
    await Promise.all([
      rooms.settle(),
      audit.record({
        type: 'stream_ended',
        actor: caller.identity.id,
        user: released.user,
        details: { reservation_id: id, source: released.source },
        origin: caller.origin,
      }),
    ]);
  }
}
