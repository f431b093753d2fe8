import {
  type AccessUnit,
  type AudioSdpTrack,
  type AudioTrack,
  audioTrackOf,
  createReceiver,
  H264Receiver,
  type H264SdpTrack,
  type RtpTrackReceiver,
  type Track,
  type VideoTrack,
} from '@marsad/media';
import type { SourceCounters } from '../ingest/source/source.ts';
import { type MediaPath, type PacketReceiver, TrackIntake } from './track-intake.ts';

export interface MediaIntakeOptions {
  /** Counted up by `count`; `pictures` with each picture. */
  readonly counters: SourceCounters;
  /** The video track, first, is known or has changed. Always before the first unit. */
  readonly onTracks: (tracks: readonly Track[]) => void;
  readonly onUnit: (unit: AccessUnit) => void;
  /** The sender said that it stops (RTCP BYE). */
  readonly onGoodbye: () => void;
}

/** A track of a description, ready to take packets. */
export interface PreparedTrack<T extends H264SdpTrack | AudioSdpTrack> {
  readonly sdp: T;
  readonly packets: PacketReceiver;
  /** It was set up: from now on it belongs to the stream. */
  begin(path: MediaPath): void;
}

/**
 * What one RTSP session receives, whoever opened it: packets of a video and perhaps an audio track in, tracks and access
 * units of a stream out. Video is track 0 and audio track 1; sound that comes before the first picture has no track yet.
 */
export class MediaIntake {
  readonly #options: MediaIntakeOptions;
  readonly #intakes: TrackIntake[] = [];
  #receiver: H264Receiver | null = null;
  #video: VideoTrack | null = null;
  #audio: AudioTrack | null = null;
  /** What was already told of the receiver's own counts. */
  readonly #told = { packets: 0, lost: 0, pictures: 0 };

  constructor(options: MediaIntakeOptions) {
    this.#options = options;
  }

  prepare<T extends H264SdpTrack | AudioSdpTrack>(sdp: T): PreparedTrack<T> {
    const intake = new TrackIntake({
      receiver: this.#receiverOf(sdp),
      clockRate: sdp.clockRate,
      ssrc: Math.floor(Math.random() * 0x1_0000_0000),
      onGoodbye: this.#options.onGoodbye,
    });
    return { sdp, packets: intake, begin: (path) => this.#begin(sdp, intake, path) };
  }

  /** Brings `counters` up to date, but for `bytes`. */
  count(): void {
    const receiver = this.#receiver;
    if (!receiver) return;
    const { packets, lost } = receiver.counters;
    const { damaged, unreferenced, withoutParameterSets } = receiver.pictures;
    const pictures = damaged + unreferenced + withoutParameterSets;
    const { counters } = this.#options;
    const told = this.#told;
    counters.packets += packets - told.packets;
    counters.packetsLost += lost - told.lost;
    counters.picturesLost += pictures - told.pictures;
    told.packets = packets;
    told.lost = lost;
    told.pictures = pictures;
  }

  /** Sends a receiver report for each track. */
  report(): void {
    for (const intake of this.#intakes) intake.report();
  }

  close(): void {
    for (const intake of this.#intakes) intake.close();
  }

  #begin(sdp: H264SdpTrack | AudioSdpTrack, intake: TrackIntake, path: MediaPath): void {
    intake.attach(path);
    this.#intakes.push(intake);
    if (sdp.codec === 'h264') return;
    this.#audio = audioTrackOf(sdp);
    this.#announce();
  }

  #receiverOf(sdp: H264SdpTrack | AudioSdpTrack): RtpTrackReceiver {
    const { onUnit, counters } = this.#options;
    const receiver = createReceiver(sdp, {
      track: sdp.codec === 'h264' ? 0 : 1,
      onTrack: (track) => {
        if (track.kind !== 'video') return;
        this.#video = track;
        this.#announce();
      },
      onUnit: (unit) => {
        if (unit.kind === 'video') counters.pictures++;
        else if (!this.#video || !this.#audio) return;
        onUnit(unit);
      },
    });
    if (receiver instanceof H264Receiver) this.#receiver = receiver;
    return receiver;
  }

  #announce(): void {
    if (this.#video) this.#options.onTracks(this.#audio ? [this.#video, this.#audio] : [this.#video]);
  }
}
