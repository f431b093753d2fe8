import {
  type DataPacket,
  DataPacket_Kind,
  DisconnectReason,
  type ParticipantInfo,
  ParticipantUpdate,
  Room as RoomInfo,
  RoomUpdate,
  type SignalResponse,
  type TrackInfo,
} from '@livekit/protocol';
import { type Profile, RoomMetadata, type StreamStatus } from '@marsad/contract';
import { CameraParticipant, type StatusFeed } from './camera-participant.ts';
import type { Member } from './member.ts';
import { newSid } from './sid.ts';

export interface RoomOptions {
  readonly name: string;
  /** Seconds an empty room lives when nobody has come, and after the last has left. */
  readonly emptyTimeout: number;
  readonly departureTimeout: number;
  /** 0: no limit. */
  readonly maxParticipants: number;
}

/** What others want to know of a room. Must not throw. */
export interface RoomListener {
  joined(room: Room, member: Member): void;
  left(room: Room, member: Member): void;
  published(room: Room, camera: CameraParticipant): void;
  unpublished(room: Room, camera: CameraParticipant): void;
}

/**
 * Cameras and those who watch them. Its metadata names the cameras; each is a participant to the LiveKit clients. Viewers
 * do not see each other: who watches is nobody's business but the operator's of the system.
 */
export class Room {
  readonly sid = newSid('RM');
  readonly name: string;
  readonly options: RoomOptions;
  readonly createdAt = Date.now();
  readonly #listener: RoomListener;
  /** Those the metadata names, by id. */
  readonly #cameras = new Map<string, CameraParticipant>();
  /** Those who publish here by themselves, each with how to end it. */
  readonly #guests = new Map<CameraParticipant, (reason: string) => void>();
  readonly #members = new Map<string, Member>();
  #metadata = '';
  /** The metadata as viewers may read it: not who else may be here. */
  #shown = '';
  #admitted: ReadonlySet<string> | null = null;

  constructor(options: RoomOptions, listener: RoomListener) {
    this.name = options.name;
    this.options = options;
    this.#listener = listener;
  }

  get cameras(): readonly CameraParticipant[] {
    return [...this.#cameras.values(), ...this.#guests.keys()];
  }

  /** Nobody watches here, and nobody publishes by himself. */
  get isIdle(): boolean {
    return this.#members.size === 0 && this.#guests.size === 0;
  }

  get members(): readonly Member[] {
    return [...this.#members.values()];
  }

  get isFull(): boolean {
    return this.options.maxParticipants > 0 && this.#members.size >= this.options.maxParticipants;
  }

  memberBySid(sid: string): Member | undefined {
    return this.#members.get(sid);
  }

  membersOf(identity: string): Member[] {
    return this.members.filter((member) => member.identity === identity);
  }

  /** Whether somebody of this identity may be here now, whatever the token says. */
  admits(identity: string): boolean {
    return this.#admitted?.has(identity) ?? true;
  }

  /** Whether the room says who may be in it: then an identity is one viewer, and watches once. */
  get isGuarded(): boolean {
    return this.#admitted !== null;
  }

  /** A camera the metadata names. */
  camera(id: string): CameraParticipant | undefined {
    return this.#cameras.get(id);
  }

  /** Whether a publisher of this identity is here: no second one may be. */
  hasPublisher(identity: string): boolean {
    return this.cameras.some((camera) => camera.identity === identity);
  }

  /**
   * Shows somebody who publishes by himself. `end` is called when he has to go; he is gone when he was unpublished. False,
   * and nothing is changed, when a publisher of that identity is here.
   */
  publish(guest: CameraParticipant, end: (reason: string) => void): boolean {
    if (this.hasPublisher(guest.identity)) return false;
    this.#guests.set(guest, end);
    this.tell({ case: 'update', value: new ParticipantUpdate({ participants: [guest.info()] }) });
    for (const member of this.members) member.camerasChanged([guest], []);
    this.#listener.published(this, guest);
    return true;
  }

  unpublish(guest: CameraParticipant): void {
    if (!this.#guests.delete(guest)) return;
    this.tell({ case: 'update', value: new ParticipantUpdate({ participants: [guest.info(true)] }) });
    for (const member of this.members) member.camerasChanged([], [guest]);
    this.#listener.unpublished(this, guest);
  }

  /** Ends whoever publishes by himself under this identity; false when nobody does. */
  endGuest(identity: string, reason: string): boolean {
    const found = [...this.#guests].find(([guest]) => guest.identity === identity);
    found?.[1](reason);
    return found !== undefined;
  }

  add(member: Member): void {
    this.#members.set(member.sid, member);
    this.#listener.joined(this, member);
  }

  remove(member: Member): void {
    if (this.#members.delete(member.sid)) this.#listener.left(this, member);
  }

  /**
   * Shows the cameras the metadata names from now on, to those it admits; other metadata than `RoomMetadata` names none
   * and admits everybody.
   */
  setMetadata(metadata: string): void {
    if (metadata === this.#metadata) return;
    this.#metadata = metadata;
    const parsed = parse(metadata);
    const shown = parsed === null ? metadata : JSON.stringify({ cameras: parsed.cameras });
    const retold = shown !== this.#shown;
    this.#shown = shown;
    this.#admitted = parsed?.viewers === undefined ? null : new Set(parsed.viewers);
    for (const member of this.members) {
      if (!this.admits(member.identity)) member.close(DisconnectReason.PARTICIPANT_REMOVED);
    }
    const wanted = new Map(parsed?.cameras.map((camera) => [camera.id, camera.name]));
    const removed = [...this.#cameras.values()].filter((camera) => !wanted.has(camera.id));
    const renamed: CameraParticipant[] = [];
    const added: CameraParticipant[] = [];
    for (const camera of removed) this.#cameras.delete(camera.id);
    for (const [id, name] of wanted) {
      const known = this.#cameras.get(id);
      if (known) {
        if (known.rename(name)) renamed.push(known);
        continue;
      }
      const camera = new CameraParticipant(id, name);
      this.endGuest(camera.identity, 'the room shows a camera of that identity');
      this.#cameras.set(id, camera);
      added.push(camera);
    }
    const participants = [
      ...removed.map((camera) => camera.info(true)),
      ...[...renamed, ...added].map((camera) => camera.info()),
    ];
    if (retold) this.tell({ case: 'roomUpdate', value: new RoomUpdate({ room: this.shownInfo() }) });
    if (participants.length > 0) this.tell({ case: 'update', value: new ParticipantUpdate({ participants }) });
    for (const member of this.members) member.camerasChanged(added, removed);
    for (const camera of removed) this.#listener.unpublished(this, camera);
    for (const camera of added) this.#listener.published(this, camera);
  }

  /** What a viewer's feed says of a camera; told to everybody when it changes something. */
  cameraStatus(id: string, profile: Profile, status: StreamStatus, feed: StatusFeed): void {
    const camera = this.#cameras.get(id) ?? [...this.#guests.keys()].find((guest) => guest.id === id);
    if (!camera?.report(profile, status, feed)) return;
    this.tell({ case: 'update', value: new ParticipantUpdate({ participants: [camera.info()] }) });
  }

  /** Mutes a track for everybody in the room, or unmutes it. Null when there is no such track. */
  mute(identity: string, trackSid: string, muted: boolean): TrackInfo | null {
    const camera = this.cameras.find((each) => each.identity === identity);
    if (!camera?.info().tracks.some(({ sid }) => sid === trackSid)) return null;
    if (camera.withhold(trackSid, muted)) {
      this.tell({ case: 'update', value: new ParticipantUpdate({ participants: [camera.info()] }) });
    }
    return camera.info().tracks.find(({ sid }) => sid === trackSid) ?? null;
  }

  tell(message: SignalResponse['message']): void {
    for (const member of this.#members.values()) member.tell(message);
  }

  /** To all members, or to those named. */
  sendData(packet: DataPacket, identities: readonly string[]): void {
    const bytes = packet.toBinary();
    for (const member of this.#members.values()) {
      if (identities.length === 0 || identities.includes(member.identity)) {
        member.data(bytes, packet.kind === DataPacket_Kind.LOSSY ? DataPacket_Kind.LOSSY : DataPacket_Kind.RELIABLE);
      }
    }
  }

  participants(): ParticipantInfo[] {
    return [...this.cameras.map((camera) => camera.info()), ...this.members.map((member) => member.info())];
  }

  /** What viewers are told of the room. */
  shownInfo(): RoomInfo {
    return new RoomInfo({ ...this.info(), metadata: this.#shown });
  }

  /** What its operators are told of it. */
  info(): RoomInfo {
    return new RoomInfo({
      sid: this.sid,
      name: this.name,
      emptyTimeout: this.options.emptyTimeout,
      departureTimeout: this.options.departureTimeout,
      maxParticipants: this.options.maxParticipants,
      creationTime: BigInt(Math.floor(this.createdAt / 1000)),
      creationTimeMs: BigInt(this.createdAt),
      metadata: this.#metadata,
      numParticipants: this.#members.size + this.#cameras.size + this.#guests.size,
      numPublishers: this.#cameras.size + this.#guests.size,
    });
  }

  close(reason: DisconnectReason): void {
    for (const member of this.members) member.close(reason);
    for (const [, end] of [...this.#guests]) end('the room was closed');
  }
}

function parse(metadata: string): RoomMetadata | null {
  try {
    return RoomMetadata.parse(JSON.parse(metadata));
  } catch {
    return null;
  }
}
