import { ConnectionQuality } from '@livekit/protocol';
import type { Profile } from '@marsad/contract';
import type { EdgeParts } from '../edge-parts.ts';
import { AudioEgress } from '../egress/audio-egress.ts';
import type { Quality } from '../egress/reception-quality.ts';
import { VideoEgress } from '../egress/video-egress.ts';
import { H264_FORMAT, PLAYOUT_DELAY, type ViewerPeer } from '../peer/viewer-peer.ts';
import type { CameraParticipant } from '../rooms/camera-participant.ts';
import type { Room } from '../rooms/room.ts';
import { SoundSubscription } from './sound-subscription.ts';
import { TrackSubscription } from './track-subscription.ts';

const PAYLOAD_TYPE = 102;
const OPUS_PAYLOAD_TYPE = 111;
const OPUS_FORMAT = 'minptime=10;useinbandfec=1';
const PLAYOUT_DELAY_ID = 5;
/** m-lines of removed cameras stay in the description; beyond this many a fresh connection is cheaper. */
const MAX_LINES = 600;
/** With more cameras than this, an adaptive client is shown the small picture until it says how large its tiles are. */
const FEW_CAMERAS = 4;

const QUALITIES: Record<Quality, ConnectionQuality> = {
  excellent: ConnectionQuality.EXCELLENT,
  good: ConnectionQuality.GOOD,
  poor: ConnectionQuality.POOR,
  lost: ConnectionQuality.LOST,
};

/** What a client may ask about a line. */
type Line = Pick<TrackSubscription, 'subscribe' | 'settings'>;

/** The cameras of one viewer's connection: one m-line each, and one for the sound of those that have any. */
export class CameraLines {
  readonly #parts: EdgeParts;
  readonly #room: Room;
  readonly #peer: ViewerPeer;
  readonly #adaptive: boolean;
  readonly #largest: Profile;
  readonly #canSubscribe: boolean;
  readonly #lines = new Map<CameraParticipant, TrackSubscription>();
  readonly #sounds = new Map<CameraParticipant, SoundSubscription>();
  readonly #bySid = new Map<string, Line>();
  #count = 0;

  constructor(options: {
    parts: EdgeParts;
    room: Room;
    peer: ViewerPeer;
    adaptive: boolean;
    largest: Profile;
    canSubscribe: boolean;
  }) {
    this.#parts = options.parts;
    this.#room = options.room;
    this.#peer = options.peer;
    this.#adaptive = options.adaptive;
    this.#largest = options.largest;
    this.#canSubscribe = options.canSubscribe;
  }

  get isWornOut(): boolean {
    return this.#count > MAX_LINES;
  }

  bySid(trackSid: string): Line | undefined {
    return this.#bySid.get(trackSid);
  }

  /** All of a camera; true when there is something new to offer. */
  add(camera: CameraParticipant): boolean {
    const picture = this.#addPicture(camera);
    return this.#addSound(camera) || picture;
  }

  /** The track of that sid alone; null when no camera of the room has it. */
  addTrack(trackSid: string): boolean | null {
    for (const camera of this.#room.cameras) {
      if (camera.trackSid === trackSid) return this.#addPicture(camera);
      if (camera.soundSid === trackSid) return this.#addSound(camera);
    }
    return null;
  }

  #addSound(camera: CameraParticipant): boolean {
    const { soundSid } = camera;
    if (!this.#canSubscribe || soundSid === null || this.#sounds.has(camera)) return false;
    const mid = `a${this.#count++}`;
    const track = this.#peer.addAudio({
      mid,
      payloadType: OPUS_PAYLOAD_TYPE,
      format: OPUS_FORMAT,
      stream: `${camera.sid}|${soundSid}`,
      track: soundSid,
    });
    const { feeds, metrics } = this.#parts;
    const { ssrc } = track;
    const egress = new AudioEgress({
      ...{ stream: camera.id, feeds, metrics, transport: track, ssrc },
      payloadType: OPUS_PAYLOAD_TYPE,
    });
    track.listen({ open: () => {}, feedback: () => {} });
    const line = new SoundSubscription({ camera, mid, sid: soundSid, egress });
    this.#sounds.set(camera, line);
    this.#bySid.set(soundSid, line);
    return true;
  }

  #addPicture(camera: CameraParticipant): boolean {
    if (!this.#canSubscribe || this.#lines.has(camera)) return false;
    const mid = `v${this.#count++}`;
    const track = this.#peer.addVideo({
      mid,
      payloadType: PAYLOAD_TYPE,
      format: H264_FORMAT,
      playoutDelayId: PLAYOUT_DELAY_ID,
      stream: `${camera.sid}|${camera.trackSid}`,
      track: camera.trackSid,
    });
    const egress = new VideoEgress({
      camera: camera.id,
      feeds: this.#parts.feeds,
      pacer: this.#parts.pacer,
      metrics: this.#parts.metrics,
      transport: track,
      connection: this.#peer,
      rtp: { ssrc: track.ssrc, payloadType: PAYLOAD_TYPE, playoutDelayId: PLAYOUT_DELAY_ID },
      onStatus: (id, profile, status, feed) => this.#room.cameraStatus(id, profile, status, feed),
    });
    track.listen({ open: () => egress.opened(), feedback: (packet) => egress.feedback(packet) });
    const first = this.#adaptive && this.#room.cameras.length > FEW_CAMERAS ? 'sub' : this.#largest;
    const line = new TrackSubscription({
      camera,
      mid,
      egress,
      adaptive: this.#adaptive,
      first,
      largest: this.#largest,
    });
    this.#lines.set(camera, line);
    this.#bySid.set(camera.trackSid, line);
    return true;
  }

  /** The client's answer: what it left out of a line is not sent on it. */
  answered(sdp: string): void {
    const refusing = new Set<string>();
    for (const section of sdp.split(/^m=/m).slice(1)) {
      const mid = /^a=mid:(\S+)/m.exec(section)?.[1];
      if (mid !== undefined && !section.includes(PLAYOUT_DELAY)) refusing.add(mid);
    }
    for (const line of this.#lines.values()) if (refusing.has(line.mid)) line.egress.withoutPlayoutDelay();
  }

  /** True when the m-line has to be offered as closed. */
  remove(camera: CameraParticipant): boolean {
    const line = this.#lines.get(camera);
    const sound = this.#sounds.get(camera);
    for (const each of [line, sound]) {
      each?.close();
      if (each) this.#peer.removeVideo(each.mid);
    }
    this.#lines.delete(camera);
    this.#sounds.delete(camera);
    this.#bySid.delete(camera.trackSid);
    if (camera.soundSid !== null) this.#bySid.delete(camera.soundSid);
    return line !== undefined || sound !== undefined;
  }

  midToTrackId(): Record<string, string> {
    const pictures = [...this.#lines.values()].map((line) => [line.mid, line.camera.trackSid]);
    const sounds = [...this.#sounds.values()].map((line) => [line.mid, line.sid]);
    return Object.fromEntries([...pictures, ...sounds]);
  }

  second(): void {
    for (const line of this.#lines.values()) line.egress.second();
    for (const line of this.#sounds.values()) line.egress.second();
  }

  /** The worst of all tracks; null when nothing was reported yet. */
  quality(): ConnectionQuality | null {
    const now = performance.now();
    const order: Quality[] = ['lost', 'poor', 'good', 'excellent'];
    let worst: Quality | null = null;
    for (const line of this.#lines.values()) {
      if (line.egress.profile === null) continue;
      const quality = line.egress.quality.quality(now);
      if (quality && (worst === null || order.indexOf(quality) < order.indexOf(worst))) worst = quality;
    }
    return worst && QUALITIES[worst];
  }

  close(): void {
    for (const line of [...this.#lines.values(), ...this.#sounds.values()]) line.close();
    this.#lines.clear();
    this.#sounds.clear();
    this.#bySid.clear();
  }
}
