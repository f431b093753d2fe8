import { randomUUID } from 'node:crypto';
import type { DisconnectReason, ParticipantInfo } from '@livekit/protocol';
import type { Profile } from '@marsad/contract';
import type { AccessGrant } from '../access-token.ts';
import type { EdgeParts } from '../edge-parts.ts';
import type { EverySecond } from '../egress/egress-clock.ts';
import { VideoEgress } from '../egress/video-egress.ts';
import { type PeerState, ViewerPeer } from '../peer/viewer-peer.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Member } from '../rooms/member.ts';
import type { Room } from '../rooms/room.ts';
import { newSid } from '../rooms/sid.ts';
import { viewerInfo } from '../rooms/viewer-info.ts';
import { videoOnly, type WhepOffer, withCandidates } from './whep-offer.ts';

/** A player that has not connected by then, or lost its connection for that long, is gone. Milliseconds. */
const PATIENCE = 20_000;
const GATHERING = 2000;

export interface WhepSessionOptions {
  readonly grant: AccessGrant;
  readonly room: Room;
  readonly camera: CameraParticipant;
  readonly profile: Profile;
  readonly offer: WhepOffer;
  readonly parts: EdgeParts;
  readonly onClosed: (session: WhepSession) => void;
}

/** One WHEP player: one connection with one camera, counted as a member of the camera's room. */
export class WhepSession implements Member, EverySecond {
  readonly id = randomUUID();
  readonly sid = newSid('PA');
  readonly identity: string;
  readonly #options: WhepSessionOptions;
  readonly #peer: ViewerPeer;
  readonly #egress: VideoEgress;
  readonly #joinedAt = Date.now();
  readonly #candidates: string[] = [];
  readonly #gathered = Promise.withResolvers<void>();
  readonly #stopListening: () => void;
  #patience: NodeJS.Timeout;
  #joined = false;
  #closed = false;

  constructor(options: WhepSessionOptions) {
    this.#options = options;
    this.identity = options.grant.identity;
    const { parts, offer, camera, room } = options;
    this.#peer = new ViewerPeer({
      id: this.id,
      port: parts.port,
      log: parts.log.child({ room: room.name, viewer: this.identity, whep: this.id }),
      events: {
        localDescription: () => {},
        candidate: (candidate) => this.#candidates.push(candidate),
        gathered: () => this.#gathered.resolve(),
        state: (state) => this.#stateChanged(state),
      },
    });
    const track = this.#peer.addVideo({
      mid: offer.mid,
      payloadType: offer.payloadType,
      format: offer.format,
      playoutDelayId: offer.playoutDelayId,
      stream: camera.identity,
      track: camera.trackSid,
    });
    this.#egress = new VideoEgress({
      camera: camera.id,
      feeds: parts.feeds,
      pacer: parts.pacer,
      metrics: parts.metrics,
      transport: track,
      connection: this.#peer,
      rtp: { ssrc: track.ssrc, payloadType: offer.payloadType, playoutDelayId: offer.playoutDelayId },
      onStatus: (id, profile, status, feed) => room.cameraStatus(id, profile, status, feed),
    });
    track.listen({ open: () => this.#egress.opened(), feedback: (packet) => this.#egress.feedback(packet) });
    this.#stopListening = camera.onWithheld(() => this.#show());
    this.#patience = setTimeout(() => this.close(), PATIENCE);
  }

  /** The answer with all candidates; null when the offer cannot be answered. The camera is opened meanwhile. */
  async answer(sdp: string): Promise<string | null> {
    this.#show();
    if (!this.#peer.setRemote(sdp, 'offer')) return null;
    this.#peer.describe('answer');
    const timeout = setTimeout(() => this.#gathered.resolve(), GATHERING);
    await this.#gathered.promise;
    clearTimeout(timeout);
    const local = this.#peer.localSdp;
    if (local === null) return null;
    const { room, parts } = this.#options;
    room.add(this);
    parts.clock.add(this);
    parts.metrics.viewers.inc({ protocol: 'whep' });
    this.#joined = true;
    return withCandidates(videoOnly(local), this.#candidates);
  }

  addCandidate(candidate: string, mid: string): void {
    this.#peer.addCandidate(candidate, mid);
  }

  info(): ParticipantInfo {
    return viewerInfo({
      sid: this.sid,
      identity: this.identity,
      grant: this.#options.grant,
      protocol: 'whep',
      active: this.#peer.connected,
      joinedAt: this.#joinedAt,
    });
  }

  tell(): void {}

  data(): void {}

  camerasChanged(_added: readonly CameraParticipant[], removed: readonly CameraParticipant[]): void {
    if (removed.includes(this.#options.camera)) this.close();
  }

  second(): void {
    this.#egress.second();
  }

  close(_reason?: DisconnectReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    clearTimeout(this.#patience);
    this.#gathered.resolve();
    this.#egress.close();
    this.#peer.close();
    const { room, parts, onClosed } = this.#options;
    parts.clock.remove(this);
    if (this.#joined) {
      parts.metrics.viewers.dec({ protocol: 'whep' });
      room.remove(this);
    }
    onClosed(this);
  }

  #show(): void {
    const { camera, profile } = this.#options;
    this.#egress.select(camera.isWithheld(camera.trackSid) ? null : profile);
  }

  #stateChanged(state: PeerState): void {
    if (this.#closed) return;
    clearTimeout(this.#patience);
    if (state === 'failed' || state === 'closed') this.close();
    else if (state !== 'connected') this.#patience = setTimeout(() => this.close(), PATIENCE);
  }
}
