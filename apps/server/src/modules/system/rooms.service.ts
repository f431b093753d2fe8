import {
  type MessageBody,
  type Notice,
  noticeTopic,
  type RoomCamera,
  type RoomList,
  type RoomParticipants,
  type RoomQuery,
  type RoomView,
  type RoomViewer,
  StreamReason,
  StreamState,
} from '@marsad/contract';
import { AppError } from '../../platform/app-error.ts';
import { type Caller, requireAdmin } from '../../platform/auth/identity.ts';
import type { AuditService } from '../audit/audit.service.ts';
import type { IamService } from '../iam/iam.service.ts';
import type { RoomAdministration, RoomFound } from '../live/room-administration.service.ts';
import type { ReservationsService } from '../streams/reservations.service.ts';

export interface RoomsServiceOptions {
  readonly live: RoomAdministration;
  readonly reservations: Pick<ReservationsService, 'endIn'>;
  readonly iam: Pick<IamService, 'standing'>;
  readonly audit: AuditService;
  readonly now: () => number;
}

type Member = Awaited<ReturnType<RoomAdministration['members']>>[number];

/** Rooms and who is in them, for administrators. */
export class RoomsService {
  readonly #o: RoomsServiceOptions;

  constructor(options: RoomsServiceOptions) {
    this.#o = options;
  }

  async list(caller: Caller, query: RoomQuery): Promise<RoomList> {
    requireAdmin(caller);
    const { rooms, silent } = await this.#o.live.rooms();
    const matching = rooms
      .filter(({ name }) => query.q === undefined || name.toLowerCase().includes(query.q.toLowerCase()))
      .sort((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? -1 : 1));
    const page = matching.slice(query.offset, query.offset + query.limit).map(viewOf);
    return { rooms: page, count: page.length, total: matching.length, silent };
  }

  /** @throws AppError `ROOM_NOT_FOUND`, `SERVICE_UNAVAILABLE` */
  async participants(caller: Caller, name: string): Promise<RoomParticipants> {
    requireAdmin(caller);
    const room = await this.#find(name);
    const members = await this.#o.live.members(room);
    const cameras = members.filter(({ isPublisher }) => isPublisher).map(cameraOf);
    const viewers = members.filter(({ isPublisher }) => !isPublisher);
    const people = await this.#o.iam.standing(viewers.flatMap(({ attributes }) => attributes['user'] ?? []));
    return {
      room: viewOf(room),
      cameras,
      viewers: viewers.map((member): RoomViewer => {
        const user = member.attributes['user'] ?? null;
        const person = user === null ? undefined : people.get(user);
        return {
          identity: member.identity,
          user_id: user,
          user_name: person?.name ?? null,
          user_name_ar: person?.nameAr ?? null,
          protocol: member.attributes['protocol'] ?? 'livekit',
          connected: member.connected,
          joined_at: new Date(member.joinedAt).toISOString(),
        };
      }),
    };
  }

  /**
   * @returns how many of those who are in the room it was meant for; not whether they have read it
   * @throws AppError `ROOM_NOT_FOUND`, `SERVICE_UNAVAILABLE`
   */
  async message(caller: Caller, name: string, { text, severity, identities }: MessageBody): Promise<number> {
    requireAdmin(caller);
    const { live, audit, now } = this.#o;
    const room = await this.#find(name);
    const members = await live.members(room);
    const viewers = members.filter(({ isPublisher }) => !isPublisher);
    const meant = viewers.filter(({ identity }) => identities === undefined || identities.includes(identity));
    const notice: Notice = { text, severity, sent_at: new Date(now()).toISOString() };
    await live.send(room, JSON.stringify(notice), noticeTopic, identities ?? []);
    await audit.record({
      type: 'message_sent',
      actor: caller.identity.id,
      user: null,
      details: { room: name, text, severity, recipients: meant.map(({ identity }) => identity).slice(0, 100) },
      origin: caller.origin,
    });
    return meant.length;
  }

  /** @throws AppError `ROOM_NOT_FOUND`, `PARTICIPANT_NOT_FOUND`, `SERVICE_UNAVAILABLE` */
  async remove(caller: Caller, name: string, identity: string): Promise<void> {
    requireAdmin(caller);
    const { live, reservations, audit } = this.#o;
    const room = await this.#find(name);
    const member = (await live.members(room)).find((each) => each.identity === identity && !each.isPublisher);
    // First what lets them in, else they would be back before they are gone.
    const ended = await reservations.endIn(caller, name, identity);
    const removed = await live.remove(room, identity);
    if (!member && !removed && ended === 0) throw new AppError('PARTICIPANT_NOT_FOUND');
    await audit.record({
      type: 'participant_removed',
      actor: caller.identity.id,
      user: member?.attributes['user'] ?? null,
      details: { room: name, identity, reservations: ended },
      origin: caller.origin,
    });
  }

  async #find(name: string): Promise<RoomFound> {
    const { rooms, silent } = await this.#o.live.rooms([name]);
    const [room] = rooms;
    if (room) return room;
    // It may be on the edge that did not answer.
    throw silent.length > 0
      ? new AppError('SERVICE_UNAVAILABLE', { part: 'media_nodes' })
      : new AppError('ROOM_NOT_FOUND');
  }
}

function viewOf(room: RoomFound): RoomView {
  return {
    room_name: room.name,
    edge: room.edge,
    cameras: room.cameras,
    viewers: room.viewers,
    created_at: new Date(room.createdAt).toISOString(),
  };
}

function cameraOf({ identity, name, attributes, muted }: Member): RoomCamera {
  return {
    camera_id: identity.replace(/^camera_/, ''),
    identity,
    name,
    state: StreamState.safeParse(attributes['state']).data ?? null,
    state_reason: StreamReason.safeParse(attributes['reason']).data ?? null,
    muted,
  };
}
