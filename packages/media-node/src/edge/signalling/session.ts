import {
  type ConnectionQuality,
  DataPacket_Kind,
  DisconnectReason,
  LeaveRequest,
  LeaveRequest_Action,
  type ParticipantInfo,
  RoomUpdate,
  type SignalResponse,
  SignalTarget,
} from '@livekit/protocol';
import type { Logger } from 'pino';
import { type AccessGrant, largestFor } from '../access-token.ts';
import type { EdgeParts } from '../edge-parts.ts';
import type { EverySecond } from '../egress/egress-clock.ts';
import type { PeerState } from '../peer/viewer-peer.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Member } from '../rooms/member.ts';
import type { Room } from '../rooms/room.ts';
import { newSid } from '../rooms/sid.ts';
import { viewerInfo } from '../rooms/viewer-info.ts';
import { CameraLines } from './camera-lines.ts';
import { ClientRequests } from './client-requests.ts';
import { joinResponse, reconnectResponse } from './greeting.ts';
import { candidateMessage, descriptionMessage, participantsMessage, qualityMessage } from './signal-messages.ts';
import type { SignalSocket } from './signal-socket.ts';
import { SubscriberNegotiation } from './subscriber-negotiation.ts';

/** A viewer whose socket is lost may come back within this, media going on meanwhile. Milliseconds. */
const RESUME_WINDOW = 20_000;
/** A viewer whose media connection failed is asked to join anew after this, unless it does by itself. Milliseconds. */
const FAILED_PATIENCE = 8000;
const REFRESH_INTERVAL = 5 * 60_000;
const QUALITY_INTERVAL = 5;

export interface SessionOptions {
  readonly grant: AccessGrant;
  readonly room: Room;
  readonly socket: SignalSocket;
  readonly autoSubscribe: boolean;
  /** The client says how large its tiles are. */
  readonly adaptive: boolean;
  readonly parts: EdgeParts;
}

/** One LiveKit client: its place in the room, its socket (which may be replaced), its connection, what it watches. */
export class Session implements Member, EverySecond {
  readonly identity: string;
  readonly sid = newSid('PA');
  readonly #options: SessionOptions;
  readonly #log: Logger;
  readonly #negotiation: SubscriberNegotiation;
  readonly #lines: CameraLines;
  readonly #requests: ClientRequests;
  readonly #joinedAt = Date.now();
  #socket: SignalSocket | null = null;
  #resumable: NodeJS.Timeout | null = null;
  #failing: NodeJS.Timeout | null = null;
  #refresh: NodeJS.Timeout | null = null;
  #seconds = 0;
  #quality: ConnectionQuality | null = null;
  #closed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.identity = options.grant.identity;
    const { parts, room } = options;
    this.#log = parts.log.child({ room: room.name, viewer: this.identity, sid: this.sid });
    this.#negotiation = new SubscriberNegotiation({
      id: this.sid,
      port: parts.port,
      log: this.#log,
      events: {
        offer: (sdp, id) => this.tell(descriptionMessage('offer', sdp, id, this.#lines.midToTrackId())),
        candidate: (candidate, mid) => this.tell(candidateMessage(candidate, mid, SignalTarget.SUBSCRIBER)),
        state: (state) => this.#stateChanged(state),
        failed: () => this.close(DisconnectReason.STATE_MISMATCH, LeaveRequest_Action.RECONNECT),
      },
    });
    this.#lines = new CameraLines({
      parts,
      room,
      peer: this.#negotiation.peer,
      adaptive: options.adaptive,
      largest: largestFor(options.grant),
      canSubscribe: options.grant.video.canSubscribe !== false,
    });
    this.#requests = new ClientRequests({
      id: this.sid,
      port: parts.port,
      log: this.#log,
      lines: this.#lines,
      negotiation: this.#negotiation,
      tell: (message) => this.tell(message),
      onLeave: () => this.close(DisconnectReason.CLIENT_INITIATED),
    });
  }

  /** Greets the client and offers it the room's cameras. */
  start(): void {
    const { parts, room, socket, grant } = this.#options;
    this.#listen(socket);
    this.tell({ case: 'join', value: joinResponse(room, this.info(), parts.turn) });
    room.add(this);
    parts.clock.add(this);
    parts.metrics.viewers.inc({ protocol: 'livekit' });
    this.#renewToken(grant);
    this.#refresh = setInterval(() => this.#renewToken(grant), REFRESH_INTERVAL);
    this.#negotiation.peer.createChannel('_reliable', {});
    this.#negotiation.peer.createChannel('_lossy', { unordered: true, maxRetransmits: 0 });
    // The data line is offered alone, so that it is the first for good: all lines share the transport of the first (RFC 9143 7.2),
    // and a client takes the rejection of the first for that of all (7.3.3): a camera there would take the others with it
    // when it goes. The cameras' offer follows the answer, while ICE and DTLS are still under way.
    this.#negotiation.offer();
    if (this.#options.autoSubscribe) this.camerasChanged(room.cameras, []);
  }

  /** Goes on with a new socket; false when there is nothing left to go on with. */
  resume(socket: SignalSocket): boolean {
    if (this.#closed || this.#negotiation.peer.state !== 'connected') return false;
    if (this.#resumable) clearTimeout(this.#resumable);
    this.#resumable = null;
    this.#socket?.close();
    this.#listen(socket);
    const { room, grant, parts } = this.#options;
    this.tell({ case: 'reconnect', value: reconnectResponse(this.identity, parts.turn) });
    this.tell(participantsMessage([this.info(), ...room.cameras.map((camera) => camera.info())]));
    this.tell({ case: 'roomUpdate', value: new RoomUpdate({ room: room.shownInfo() }) });
    this.#renewToken(grant);
    this.#negotiation.repeat();
    return true;
  }

  info(): ParticipantInfo {
    const { grant } = this.#options;
    return viewerInfo({
      sid: this.sid,
      identity: this.identity,
      grant,
      protocol: null,
      active: this.#negotiation.peer.connected,
      joinedAt: this.#joinedAt,
      canSubscribe: grant.video.canSubscribe !== false,
    });
  }

  tell(message: SignalResponse['message']): void {
    this.#socket?.send(message);
  }

  data(packet: Uint8Array, kind: DataPacket_Kind): void {
    this.#negotiation.peer.sendData(kind === DataPacket_Kind.LOSSY ? '_lossy' : '_reliable', packet);
  }

  camerasChanged(added: readonly CameraParticipant[], removed: readonly CameraParticipant[]): void {
    if (this.#closed) return;
    let changed = false;
    for (const camera of removed) changed = this.#lines.remove(camera) || changed;
    if (this.#options.autoSubscribe) for (const camera of added) changed = this.#lines.add(camera) || changed;
    if (this.#lines.isWornOut) this.close(DisconnectReason.STATE_MISMATCH, LeaveRequest_Action.RECONNECT);
    else if (changed) this.#negotiation.offer();
  }

  second(): void {
    this.#lines.second();
    this.#seconds++;
    if (this.#seconds % QUALITY_INTERVAL === 0) this.#tellQuality();
  }

  close(reason: DisconnectReason, action = LeaveRequest_Action.DISCONNECT): void {
    if (this.#closed) return;
    this.#closed = true;
    const canReconnect = action !== LeaveRequest_Action.DISCONNECT;
    this.tell({ case: 'leave', value: new LeaveRequest({ reason, action, canReconnect }) });
    this.#socket?.close();
    this.#socket = null;
    for (const timer of [this.#resumable, this.#failing, this.#refresh]) if (timer) clearTimeout(timer);
    const { parts, room } = this.#options;
    parts.clock.remove(this);
    parts.metrics.viewers.dec({ protocol: 'livekit' });
    this.#lines.close();
    this.#requests.close();
    this.#negotiation.close();
    room.remove(this);
  }

  #listen(socket: SignalSocket): void {
    this.#socket = socket;
    socket.listen({
      request: (request) => this.#requests.handle(request),
      gone: () => {
        if (this.#socket !== socket) return;
        this.#socket = null;
        this.#resumable = setTimeout(() => this.close(DisconnectReason.UNKNOWN_REASON), RESUME_WINDOW);
      },
    });
  }

  #stateChanged(state: PeerState): void {
    if (this.#closed) return;
    if (state === 'connected') {
      if (this.#failing) clearTimeout(this.#failing);
      this.#failing = null;
      this.tell(participantsMessage([this.info()]));
    } else if ((state === 'failed' || state === 'closed') && !this.#failing) {
      this.#log.info({ state }, 'media connection lost');
      this.#failing = setTimeout(
        () => this.close(DisconnectReason.STATE_MISMATCH, LeaveRequest_Action.RECONNECT),
        FAILED_PATIENCE,
      );
    }
  }

  #renewToken(grant: AccessGrant): void {
    this.#options.parts.tokens.renew(grant).then(
      (token) => this.tell({ case: 'refreshToken', value: token }),
      (error) => this.#log.error({ err: error }, 'token not renewed'),
    );
  }

  #tellQuality(): void {
    const quality = this.#lines.quality();
    if (quality === null || quality === this.#quality) return;
    this.#quality = quality;
    this.tell(qualityMessage(this.sid, quality));
  }
}
