import type { AccessUnit, Track, VideoTrack } from '@marsad/media';
import type { Publication, Publisher } from '../../stream-publishing.ts';
import { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Room } from '../rooms/room.ts';
import type { Rooms } from '../rooms/rooms.ts';
import type { Ingress } from './ingress-file.ts';
import { type IngressStreams, ingressStatus } from './ingress-streams.ts';

/** Seconds a room lives that only a publisher has made, once he has gone and nobody watches. */
const ROOM = { emptyTimeout: 300, departureTimeout: 20, maxParticipants: 0 };

export interface IngressPublicationOptions {
  readonly ingress: Ingress;
  readonly rooms: Rooms;
  readonly streams: IngressStreams;
  readonly publisher: Publisher;
  /** Its first picture has come. */
  readonly onStarted: (room: Room) => void;
  /** Called once. */
  readonly onClosed: (started: boolean) => void;
}

/**
 * Somebody who publishes to an ingress, as a participant of its room. It appears with its first picture, because clients
 * want to know a track's size, and goes with its publisher. A room that does not exist yet is made, as LiveKit does it.
 */
export class IngressPublication implements Publication {
  readonly ingress: Ingress;
  readonly #options: IngressPublicationOptions;
  readonly #stream: ReturnType<IngressStreams['open']>;
  #room: Room | null = null;
  #participant: CameraParticipant | null = null;
  #closed = false;

  constructor(options: IngressPublicationOptions) {
    this.#options = options;
    this.ingress = options.ingress;
    this.#stream = options.streams.open(options.ingress.id);
  }

  get participant(): CameraParticipant | null {
    return this.#participant;
  }

  get room(): Room | null {
    return this.#room;
  }

  tracks(tracks: readonly Track[]): void {
    if (this.#closed) return;
    this.#stream.fanout.tracks(tracks);
    const video = tracks.find((track) => track.kind === 'video');
    if (this.#participant || !video) return;
    this.#stream.fanout.status(ingressStatus('live', null));
    this.#appear(
      video,
      tracks.some((track) => track.kind === 'audio'),
    );
  }

  unit(unit: AccessUnit): void {
    if (!this.#closed) this.#stream.fanout.push(unit);
  }

  count(): void {}

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#participant) this.#room?.unpublish(this.#participant);
    this.#options.streams.close(this.#stream.name);
    this.#options.onClosed(this.#room !== null);
  }

  /** The publisher has to go; his leaving closes this. */
  end(reason: string): void {
    this.#options.publisher.end(reason);
  }

  #appear(size: VideoTrack, sound: boolean): void {
    const { ingress, rooms, publisher, onStarted } = this.#options;
    const room = rooms.create({ name: ingress.roomName, ...ROOM }, '');
    const participant = new CameraParticipant(this.#stream.name, ingress.participantName, {
      identity: ingress.participantIdentity,
      metadata: ingress.participantMetadata,
      sound,
      size,
    });
    if (!room?.publish(participant, (reason) => this.end(reason))) {
      publisher.end(room ? 'a publisher of that identity is in the room' : 'too many rooms');
      return;
    }
    this.#participant = participant;
    this.#room = room;
    onStarted(room);
  }
}
