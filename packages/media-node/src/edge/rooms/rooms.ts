import { DisconnectReason } from '@livekit/protocol';
import type { EdgeMetrics } from '../edge-metrics.ts';
import type { CameraParticipant } from './camera-participant.ts';
import type { Member } from './member.ts';
import { Room, type RoomListener, type RoomOptions } from './room.ts';

/** More rooms than this are not made. */
const MAX_ROOMS = 20_000;
/** The longest a timer can wait, in milliseconds; one that is asked for more goes off at once. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** What happens in rooms, as LiveKit's webhooks name it. Must not throw. */
export interface RoomEvents {
  event(
    name:
      | 'room_started'
      | 'room_finished'
      | 'participant_joined'
      | 'participant_left'
      | 'track_published'
      | 'track_unpublished',
    room: Room,
    about?: { member?: Member; camera?: CameraParticipant },
  ): void;
}

/** The rooms of this edge. They are made by command only and end when nobody has been in them for a while. */
export class Rooms implements RoomListener {
  readonly #rooms = new Map<string, Room>();
  readonly #ending = new Map<Room, NodeJS.Timeout>();
  readonly #events: RoomEvents;
  readonly #metrics: EdgeMetrics;

  constructor(options: { events: RoomEvents; metrics: EdgeMetrics }) {
    this.#events = options.events;
    this.#metrics = options.metrics;
  }

  get all(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name);
  }

  /** The room of that name: the one there is, unchanged, or a new one; null when there are too many. */
  create(options: RoomOptions, metadata: string): Room | null {
    const known = this.#rooms.get(options.name);
    if (known) return known;
    if (this.#rooms.size >= MAX_ROOMS) return null;
    const room = new Room(options, this);
    this.#rooms.set(room.name, room);
    this.#metrics.rooms.set(this.#rooms.size);
    this.#endLater(room, options.emptyTimeout);
    this.#events.event('room_started', room);
    room.setMetadata(metadata);
    return room;
  }

  /** False when there is no such room. */
  delete(name: string, reason = DisconnectReason.ROOM_DELETED): boolean {
    const room = this.#rooms.get(name);
    if (!room) return false;
    this.#rooms.delete(name);
    this.#metrics.rooms.set(this.#rooms.size);
    room.close(reason);
    this.#stay(room);
    this.#events.event('room_finished', room);
    return true;
  }

  close(): void {
    for (const name of [...this.#rooms.keys()]) this.delete(name, DisconnectReason.SERVER_SHUTDOWN);
  }

  joined(room: Room, member: Member): void {
    this.#stay(room);
    this.#events.event('participant_joined', room, { member });
  }

  left(room: Room, member: Member): void {
    this.#events.event('participant_left', room, { member });
    this.#endWhenIdle(room);
  }

  published(room: Room, camera: CameraParticipant): void {
    if (!room.isIdle) this.#stay(room);
    this.#events.event('track_published', room, { camera });
  }

  unpublished(room: Room, camera: CameraParticipant): void {
    this.#events.event('track_unpublished', room, { camera });
    if (!this.#ending.has(room)) this.#endWhenIdle(room);
  }

  #endWhenIdle(room: Room): void {
    if (room.isIdle && this.#rooms.get(room.name) === room) this.#endLater(room, room.options.departureTimeout);
  }

  #endLater(room: Room, seconds: number): void {
    this.#stay(room);
    this.#ending.set(
      room,
      setTimeout(() => this.delete(room.name), Math.min(seconds * 1000, LONGEST_WAIT)),
    );
  }

  #stay(room: Room): void {
    clearTimeout(this.#ending.get(room));
    this.#ending.delete(room);
  }
}
