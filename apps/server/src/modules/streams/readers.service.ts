import type { Profile } from '@marsad/contract';
import type { Caller } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { LiveService } from '../live/live.service.ts';
import type { Reserving } from './reserving.ts';
import type { RoomKeeper } from './room-keeper.ts';
import type { StreamRepository } from './streams.repository.ts';

export interface ReadersServiceOptions {
  readonly reserving: Pick<Reserving, 'take'>;
  readonly repository: Pick<StreamRepository, 'list' | 'shownIn' | 'release'>;
  readonly rooms: Pick<RoomKeeper, 'settle'>;
  readonly live: Pick<LiveService, 'pin' | 'unpin' | 'roomsOn'>;
  readonly audit: AuditService;
  /** Called when a reservation has ended. */
  readonly onChange: () => void;
}

/** One who reads a stream at an edge without having reserved it: a player, a recorder, another system. */
export interface Reader {
  /** Names the session among all; becomes part of the room's name. */
  readonly session: string;
  readonly camera: string;
  readonly profile: Profile;
  readonly protocol: string;
  /** Where the reader is connected. */
  readonly edge: string;
}

/** What the edge needs to let a reader in. */
export interface ReaderAdmission {
  readonly room: string;
  readonly identity: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Readers take their reservation by connecting. Each has a room of its own at the edge where it is, so that everything that
 * holds for a viewer holds for it: quota, heartbeat by connection, the end of the picture with the end of the reservation.
 */
export class ReadersService {
  readonly #o: ReadersServiceOptions;

  constructor(options: ReadersServiceOptions) {
    this.#o = options;
  }

  /** Asked twice for one session it answers the same reservation. @throws AppError as {@link Reserving.take} */
  async admit(caller: Caller, { session, camera, profile, protocol, edge }: Reader): Promise<ReaderAdmission> {
    const room = roomOf(session);
    const { live, repository, reserving } = this.#o;
    await live.pin(room, edge);
    const wanted = {
      camera,
      room,
      identity: `user_${caller.identity.id}_${session}`,
      quality: profile === 'sub' ? ('low' as const) : ('high' as const),
      details: { protocol },
    };
    try {
      return await reserving.take(caller, wanted, async (held) => ({
        room,
        identity: held.identity,
        attributes: { user: caller.identity.id, reservation: held.id },
      }));
    } catch (error) {
      const held = await repository.shownIn(room).catch(() => null);
      if (held?.length === 0) await live.unpin(room).catch(() => {});
      throw error;
    }
  }

  /** The sessions of an edge, as they are held now. */
  async sessionsAt(edge: string): Promise<string[]> {
    const { repository, live } = this.#o;
    const [held, here] = await Promise.all([repository.list(), live.roomsOn(edge)]);
    return held.flatMap(({ room }) => (room.startsWith(prefix) && here.has(room) ? room.slice(prefix.length) : []));
  }

  /** The session is over. One that had no reservation, or none any more, is no error. */
  async closed(session: string): Promise<void> {
    const { repository, rooms, audit, onChange } = this.#o;
    let ended = false;
    for (const { id } of await repository.shownIn(roomOf(session))) {
      const released = await repository.release(id, null, 'released');
      if (released.outcome !== 'released') continue;
      ended = true;
      const details = { reservation_id: id, session };
      await audit.record({ type: 'stream_released', actor: released.user, details, origin: null });
    }
    if (!ended) return;
    onChange();
    await rooms.settle();
  }
}

const prefix = 'reader_';

function roomOf(session: string): string {
  return `${prefix}${session}`;
}
