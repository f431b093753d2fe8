import {
  type AudioSdpTrack,
  type H264SdpTrack,
  type SdpTrack,
  sdpTracks,
  type VideoTrack,
  videoTrackOf,
} from '@marsad/media';
import { chooseVideo } from '../../intake/choose-video.ts';
import { MediaIntake } from '../../intake/media-intake.ts';
import type { StreamAddress } from '../ingest.ts';
import { failureOf } from './rtsp-failure.ts';
import { RtspSession, type RtspSessionOptions } from './rtsp-session.ts';
import { type Source, type SourceCounters, SourceError, type SourceFactory, type SourceListener } from './source.ts';

export interface RtspPullOptions extends StreamAddress {
  /** `rtsps`: whether a certificate that cannot be verified ends the connection. */
  readonly verifyCertificate: boolean;
  /** For each step of the conversation, milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Cameras that are asked for their pictures over RTSP. */
export class RtspPullFactory implements SourceFactory {
  readonly #options: RtspPullOptions;

  constructor(options: RtspPullOptions) {
    this.#options = options;
  }

  open(listener: SourceListener, counters: SourceCounters): Source {
    return new RtspPullSource(this.#options, listener, counters);
  }

  async probe(signal: AbortSignal): Promise<VideoTrack | null> {
    const session = new RtspSession({ ...sessionOptions(this.#options), onEnded: () => {}, onBytes: () => {} });
    const stop = () => session.close();
    signal.addEventListener('abort', stop);
    try {
      return describedTrack(chooseVideo(sdpTracks(await session.describe())));
    } catch (error) {
      throw failureOf(error);
    } finally {
      signal.removeEventListener('abort', stop);
      session.close();
    }
  }
}

/** One connection to a camera, from DESCRIBE to TEARDOWN. */
class RtspPullSource implements Source {
  readonly #listener: SourceListener;
  readonly #session: RtspSession;
  readonly #media: MediaIntake;
  #reports: NodeJS.Timeout | null = null;
  #reads = 0;
  #over = false;

  constructor(options: RtspPullOptions, listener: SourceListener, counters: SourceCounters) {
    this.#listener = listener;
    this.#media = new MediaIntake({
      counters,
      onTracks: (tracks) => listener.tracks(tracks),
      onUnit: (unit) => listener.unit(unit),
      onGoodbye: () => this.#end(new SourceError('STREAM_ENDED', 'BYE')),
    });
    this.#session = new RtspSession({
      ...sessionOptions(options),
      onEnded: (error) => this.#end(error),
      onBytes: (bytes) => {
        counters.bytes += bytes;
        // Not with every picture, but with reads: when all pictures are broken, that is what must be seen.
        if ((++this.#reads & 15) === 0) this.#media.count();
      },
    });
  }

  start(): void {
    this.#open().catch((error: unknown) => this.#end(failureOf(error)));
  }

  close(): void {
    this.#over = true;
    if (this.#reports) clearInterval(this.#reports);
    this.#media.close();
    this.#session.close();
  }

  async #open(): Promise<void> {
    const tracks = sdpTracks(await this.#session.describe());
    const video = this.#media.prepare(chooseVideo(tracks));
    video.begin(await this.#session.setup(video.sdp, video.packets));
    const audio = tracks.find(isAudio);
    if (audio) await this.#setupAudio(audio);
    await this.#session.play();
    if (this.#over) return;
    // Five seconds (RFC 3550 6.2), not quite: hundreds of cameras should not be answered in the same moment.
    this.#reports = setInterval(() => this.#media.report(), 4500 + Math.random() * 1000);
  }

  /** Sound is a gift: a camera that announces it and then refuses it still has pictures. */
  async #setupAudio(track: AudioSdpTrack): Promise<void> {
    const audio = this.#media.prepare(track);
    try {
      audio.begin(await this.#session.setup(track, audio.packets));
    } catch (error) {
      const { reason } = failureOf(error);
      if (reason !== 'RTSP_ERROR' && reason !== 'STREAM_NOT_FOUND') throw error;
    }
  }

  #end(error: SourceError): void {
    if (this.#over) return;
    this.close();
    this.#listener.ended(error);
  }
}

/** Many cameras say nothing of their pictures before they send some, and some say nonsense. */
function describedTrack({ sps: [sps], pps, clockRate }: H264SdpTrack): VideoTrack | null {
  try {
    return sps ? videoTrackOf({ sps, pps }, clockRate) : null;
  } catch {
    return null;
  }
}

function isAudio(track: SdpTrack): track is AudioSdpTrack {
  return track.codec !== null && track.codec !== 'h264';
}

function sessionOptions(options: RtspPullOptions): Omit<RtspSessionOptions, 'onEnded' | 'onBytes'> {
  const { url, transport, verifyCertificate, timeoutMs = 10_000 } = options;
  return { url, transport, verifyCertificate, timeoutMs };
}
