import {
  ParticipantInfo,
  ParticipantInfo_Kind,
  ParticipantInfo_State,
  TrackInfo,
  TrackSource,
  TrackType,
} from '@livekit/protocol';
import type { Profile, StreamStatus } from '@marsad/contract';
import { newSid } from './sid.ts';

/** What is announced before any picture was seen: a player needs some size. */
const USUAL_SIZE = { width: 1280, height: 720 };

/** What makes a participant that is not a camera of the catalogue: somebody who publishes to an ingress. */
export interface Guest {
  readonly identity: string;
  readonly metadata: string;
  /** It has an Opus track too. */
  readonly sound: boolean;
  /** Of its pictures, as they are when it appears. */
  readonly size: { readonly width: number; readonly height: number };
}

/** Of a feed, what is needed to judge what it says of its stream. */
export interface StatusFeed {
  /** Those it serves: what a feed without any said last may be old. */
  readonly readers: number;
  readonly video: { readonly width: number; readonly height: number } | null;
}

/** A camera as the participants of a room see it: one participant with one video track, the same for the room's life. */
export class CameraParticipant {
  /** Names its stream. */
  readonly id: string;
  readonly identity: string;
  readonly sid = newSid('PA');
  readonly trackSid = newSid('TR');
  /** Its sound; null for one that has none. */
  readonly soundSid: string | null;
  readonly #guest: Guest | null;
  name: string;
  readonly #joinedAt = Date.now();
  readonly #reports = new Map<Profile, { feed: StatusFeed; status: StreamStatus }>();
  #shown: { profile: Profile; status: StreamStatus } | null = null;
  #size = USUAL_SIZE;
  #muted = false;
  /** Tracks an operator of the room has muted. */
  readonly #withheld = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #version = 1;

  constructor(id: string, name: string, guest: Guest | null = null) {
    this.id = id;
    this.identity = guest?.identity ?? `camera_${id}`;
    this.name = name;
    this.#guest = guest;
    this.soundSid = guest?.sound ? newSid('TR') : null;
    if (guest) this.#size = { width: guest.size.width, height: guest.size.height };
  }

  /** Whether an operator of the room has muted this track: then it is sent to nobody in it, whatever they ask for. */
  isWithheld(trackSid: string): boolean {
    return this.#withheld.has(trackSid);
  }

  /** Mutes or unmutes a track; true when that changes something, so that the participants have to be told. */
  withhold(trackSid: string, muted: boolean): boolean {
    if (muted === this.#withheld.has(trackSid)) return false;
    if (muted) this.#withheld.add(trackSid);
    else this.#withheld.delete(trackSid);
    this.#version++;
    for (const listener of this.#listeners) listener();
    return true;
  }

  /** `listener` is called whenever a track was muted or unmuted, until what is returned is called. It must not throw. */
  onWithheld(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** True when the camera sends what cannot be shown here. */
  get isUnsupported(): boolean {
    return this.#shown?.status.state === 'unsupported';
  }

  /** Takes what a viewer's feed says; true when the participants have to be told. */
  report(profile: Profile, status: StreamStatus, feed: StatusFeed): boolean {
    this.#reports.set(profile, { feed, status });
    for (const [other, report] of this.#reports) if (report.feed.readers === 0) this.#reports.delete(other);
    const chosen = this.#telling() ?? { profile, status };
    const video = profile === 'main' ? feed.video : null;
    const resized = video !== null && (video.width !== this.#size.width || video.height !== this.#size.height);
    if (video) this.#size = { width: video.width, height: video.height };
    const before = this.#shown;
    const same =
      before !== null &&
      before.profile === chosen.profile &&
      before.status.state === chosen.status.state &&
      before.status.reason === chosen.status.reason &&
      before.status.detail === chosen.status.detail;
    if (same && !resized) return false;
    this.#shown = chosen;
    // A muted track is black in the browser. What is frozen must stay visible, so only what has no picture is muted.
    const { state } = chosen.status;
    if (state === 'live' || state === 'frozen') this.#muted = false;
    else if (state === 'offline' || state === 'unsupported' || state === 'unauthorized') this.#muted = true;
    this.#version++;
    return true;
  }

  /**
   * What speaks for the camera when its profiles say different things: a picture before none, and the main profile before
   * the other. That there is no second stream is no news beside why the first one has no picture.
   */
  #telling(): { profile: Profile; status: StreamStatus } | null {
    let best: { profile: Profile; status: StreamStatus } | null = null;
    for (const [profile, { status }] of this.#reports) {
      const order = best === null ? -1 : rank(status) - rank(best.status);
      if (order < 0 || (order === 0 && profile === 'main')) best = { profile, status };
    }
    return best;
  }

  rename(name: string): boolean {
    if (name === this.name) return false;
    this.name = name;
    this.#version++;
    return true;
  }

  /** `gone`: the camera has left the room. */
  info(gone = false): ParticipantInfo {
    return new ParticipantInfo({
      sid: this.sid,
      identity: this.identity,
      name: this.name,
      state: gone ? ParticipantInfo_State.DISCONNECTED : ParticipantInfo_State.ACTIVE,
      kind: this.#guest ? ParticipantInfo_Kind.INGRESS : ParticipantInfo_Kind.STANDARD,
      metadata: this.#guest?.metadata ?? '',
      isPublisher: true,
      joinedAt: BigInt(Math.floor(this.#joinedAt / 1000)),
      joinedAtMs: BigInt(this.#joinedAt),
      version: this.#version,
      attributes: this.#attributes(),
      permission: { canSubscribe: false, canPublish: true, canPublishData: false },
      tracks: gone ? [] : [this.trackInfo(), ...this.#sound()],
    });
  }

  trackInfo(): TrackInfo {
    return new TrackInfo({
      sid: this.trackSid,
      type: TrackType.VIDEO,
      name: this.name,
      muted: this.#muted || this.#withheld.has(this.trackSid),
      width: this.#size.width,
      height: this.#size.height,
      source: TrackSource.CAMERA,
      mimeType: 'video/h264',
    });
  }

  #sound(): TrackInfo[] {
    if (this.soundSid === null) return [];
    return [
      new TrackInfo({
        sid: this.soundSid,
        type: TrackType.AUDIO,
        name: this.name,
        muted: this.#withheld.has(this.soundSid),
        source: TrackSource.MICROPHONE,
        mimeType: 'audio/opus',
      }),
    ];
  }

  #attributes(): Record<string, string> {
    const status = this.#shown?.status;
    return {
      state: status?.state ?? 'connecting',
      reason: status?.reason ?? '',
      detail: status?.detail ?? '',
      since: String(status?.since ?? this.#joinedAt),
      last_picture_at: status?.last_picture_at == null ? '' : String(status.last_picture_at),
      profile: this.#shown?.profile ?? 'main',
    };
  }
}

function rank({ state }: StreamStatus): number {
  if (state === 'live') return 0;
  if (state === 'frozen') return 1;
  return state === 'unsupported' ? 3 : 2;
}
