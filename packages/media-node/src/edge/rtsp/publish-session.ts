import type { AccessAnswer, StreamReason } from '@marsad/contract';
import {
  type AudioSdpTrack,
  type H264SdpTrack,
  type SdpTrack,
  type SessionDescription,
  sdpTracks,
} from '@marsad/media';
import { newCounters } from '../../ingest/source/source.ts';
import { chooseVideo } from '../../intake/choose-video.ts';
import { MediaIntake, type PreparedTrack } from '../../intake/media-intake.ts';
import type { MediaPath, PacketReceiver } from '../../intake/track-intake.ts';
import type { Publication } from '../../stream-publishing.ts';
import type { RtspParts } from './rtsp-parts.ts';

export type PublishGrant = Extract<AccessAnswer, { outcome: 'publish' }>;

export interface PublishSessionOptions {
  /** As access knows it. */
  readonly id: string;
  readonly grant: PublishGrant;
  readonly description: SessionDescription;
  readonly parts: RtspParts;
  /** The publisher is to be disconnected; not called by `close`. */
  readonly onEnded: (why: string) => void;
}

/** Without a packet for this long a publisher is gone. Milliseconds. */
const SILENCE = 10_000;
/** Between receiver reports, seconds. */
const REPORT_INTERVAL = 5;

/** What is received of a track that cannot be taken in: it was announced, and does no harm. */
const nowhere: PacketReceiver = { rtp: () => {}, rtcp: () => {} };

/** One RTSP publisher of one stream, from ANNOUNCE on. */
export class PublishSession {
  readonly #options: PublishSessionOptions;
  readonly #tracks: readonly SdpTrack[];
  readonly #prepared = new Map<number, PreparedTrack<H264SdpTrack | AudioSdpTrack>>();
  readonly #setUp = new Map<number, MediaPath>();
  readonly #counters = newCounters();
  readonly #told = newCounters();
  readonly #media: MediaIntake;
  readonly #publication: Publication;
  #recording = false;
  #heardAt: number;
  #untilReport = REPORT_INTERVAL;
  #closed = false;

  private constructor(options: PublishSessionOptions, publication: Publication, now: number) {
    this.#options = options;
    this.#publication = publication;
    this.#heardAt = now;
    this.#tracks = sdpTracks(options.description);
    this.#media = new MediaIntake({
      counters: this.#counters,
      onTracks: (tracks) => publication.tracks(tracks),
      onUnit: (unit) => publication.unit(unit),
      // One medium may end before the other; TEARDOWN or silence follows.
      onGoodbye: () => {},
    });
    const video = chooseVideo(this.#tracks);
    const audio = this.#tracks.find(isAudio);
    for (const sdp of audio ? [video, audio] : [video]) this.#prepared.set(sdp.media, this.#media.prepare(sdp));
    options.parts.metrics.publishers.inc({ protocol: 'rtsp' });
  }

  /**
   * Takes the stream for this publisher; null while somebody else publishes it.
   * @throws SourceError NO_VIDEO or CODEC_UNSUPPORTED when there is nothing in the description that can be shown
   */
  static begin(options: PublishSessionOptions, now: number): PublishSession | null {
    chooseVideo(sdpTracks(options.description));
    const { camera, profile, user } = options.grant;
    let session: PublishSession | null = null;
    let ended: string | null = null;
    const publication = options.parts.publishing.publish(
      { camera, profile },
      {
        user,
        end: (reason) => {
          ended = reason;
          if (session && !session.#closed) options.onEnded(reason);
        },
      },
    );
    if (!publication) return null;
    try {
      session = new PublishSession(options, publication, now);
    } catch (error) {
      publication.close('STREAM_ENDED', 'it could not be begun');
      throw error;
    }
    if (ended !== null) options.onEnded(ended);
    return session;
  }

  get isRecording(): boolean {
    return this.#recording;
  }

  get isSetUp(): boolean {
    return this.#setUp.size > 0;
  }

  get transport(): 'tcp' | 'udp' | null {
    return this.#setUp.values().next().value?.kind ?? null;
  }

  hasSetUp(medium: number): boolean {
    return this.#setUp.has(medium);
  }

  /** The medium that a SETUP for `uri` means; null when there is none such. */
  mediumOf(uri: string): number | null {
    const target = uri.replace(/\/+$/, '');
    const named = this.#tracks.findIndex(({ control }) => {
      const name = control?.replace(/\/+$/, '') ?? '';
      return name !== '' && name !== '*' && (target === name || target.endsWith(`/${name}`));
    });
    if (named >= 0) return named;
    // Without names the media are set up in their order.
    const next = this.#tracks.findIndex(({ control, media }) => control === null && !this.#setUp.has(media));
    return next >= 0 ? next : null;
  }

  setup(medium: number, path: MediaPath): void {
    this.#setUp.set(medium, path);
    this.#prepared.get(medium)?.begin(path);
  }

  /** Who takes the packets of a medium. */
  receiver(medium: number): PacketReceiver {
    return this.#prepared.get(medium)?.packets ?? nowhere;
  }

  record(now: number): void {
    this.#recording = true;
    this.#heardAt = now;
  }

  /** It may go on with RECORD, before it counts as silent. */
  pause(): void {
    this.#recording = false;
  }

  /** Bytes of media came in. */
  heard(bytes: number, now: number): void {
    this.#counters.bytes += bytes;
    this.#heardAt = now;
  }

  /** To be called once a second; true when the publisher has been silent for too long. */
  second(now: number): boolean {
    this.#count();
    if (--this.#untilReport <= 0) {
      this.#untilReport = REPORT_INTERVAL;
      this.#media.report();
    }
    return now - this.#heardAt >= SILENCE;
  }

  close(reason: StreamReason, detail: string | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#count();
    this.#media.close();
    this.#publication.close(reason, detail);
    const { parts, id } = this.#options;
    parts.metrics.publishers.dec({ protocol: 'rtsp' });
    parts.access.closed(id);
  }

  #count(): void {
    this.#media.count();
    const { bytes, packets, packetsLost } = this.#counters;
    const told = this.#told;
    const figures = {
      bytes: bytes - told.bytes,
      packets: packets - told.packets,
      packetsLost: packetsLost - told.packetsLost,
    };
    Object.assign(told, { bytes, packets, packetsLost });
    if (figures.bytes > 0 || figures.packetsLost !== 0) this.#publication.count(figures);
  }
}

function isAudio(track: SdpTrack): track is AudioSdpTrack {
  return track.codec !== null && track.codec !== 'h264';
}
