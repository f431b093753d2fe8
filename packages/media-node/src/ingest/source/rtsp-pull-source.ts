import type { AccessUnit } from '@marsad/media';
import {
  AacReceiver,
  type AacSdpTrack,
  type AudioTrack,
  G711Receiver,
  type G711SdpTrack,
  H264Receiver,
  type H264SdpTrack,
  type RtpTrackReceiver,
  type SdpTrack,
  sdpTracks,
  type VideoTrack,
} from '@marsad/media';
import type { StreamAddress } from '../ingest.ts';
import { failureOf } from './rtsp-failure.ts';
import { chooseVideo, RtspSession, type RtspSessionOptions } from './rtsp-session.ts';
import { type Source, type SourceCounters, SourceError, type SourceFactory, type SourceListener } from './source.ts';
import { TrackIntake } from './track-intake.ts';

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

  async probe(signal: AbortSignal): Promise<void> {
    const session = new RtspSession({ ...sessionOptions(this.#options), onEnded: () => {}, onBytes: () => {} });
    const stop = () => session.close();
    signal.addEventListener('abort', stop);
    try {
      chooseVideo(sdpTracks(await session.describe()));
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
  readonly #counters: SourceCounters;
  readonly #session: RtspSession;
  #receiver: H264Receiver | null = null;
  #video: VideoTrack | null = null;
  #audio: AudioTrack | null = null;
  /** What this source has already told of its receivers' own counts. */
  readonly #told = { packets: 0, lost: 0, pictures: 0 };
  readonly #intakes: TrackIntake[] = [];
  #reports: NodeJS.Timeout | null = null;
  #reads = 0;
  #over = false;

  constructor(options: RtspPullOptions, listener: SourceListener, counters: SourceCounters) {
    this.#listener = listener;
    this.#counters = counters;
    this.#session = new RtspSession({
      ...sessionOptions(options),
      onEnded: (error) => this.#end(error),
      onBytes: (bytes) => {
        counters.bytes += bytes;
        // Not with every picture, but with reads: when all pictures are broken, that is what must be seen.
        if ((++this.#reads & 15) === 0) this.#count();
      },
    });
  }

  start(): void {
    this.#open().catch((error: unknown) => this.#end(failureOf(error)));
  }

  close(): void {
    this.#over = true;
    if (this.#reports) clearInterval(this.#reports);
    for (const intake of this.#intakes) intake.close();
    this.#session.close();
  }

  async #open(): Promise<void> {
    const tracks = sdpTracks(await this.#session.describe());
    const video = chooseVideo(tracks);
    await this.#setup(video, this.#videoReceiver(video));
    const audio = tracks.find(isAudio);
    if (audio) await this.#setupAudio(audio);
    await this.#session.play();
    if (this.#over) return;
    // Five seconds (RFC 3550 6.2), not quite: hundreds of cameras should not be answered in the same moment.
    this.#reports = setInterval(
      () => {
        for (const intake of this.#intakes) intake.report();
      },
      4500 + Math.random() * 1000,
    );
  }

  async #setup(track: SdpTrack, receiver: RtpTrackReceiver): Promise<void> {
    const intake = new TrackIntake({
      receiver,
      clockRate: track.clockRate,
      ssrc: Math.floor(Math.random() * 0x1_0000_0000),
      onGoodbye: () => this.#end(new SourceError('STREAM_ENDED', 'BYE')),
    });
    intake.attach(await this.#session.setup(track, intake));
    this.#intakes.push(intake);
  }

  #videoReceiver(track: H264SdpTrack): H264Receiver {
    const receiver = new H264Receiver({
      payloadType: track.payloadType,
      clockRate: track.clockRate,
      parameterSets: [...track.sps, ...track.pps],
      onTrack: (found) => {
        this.#video = found;
        this.#announce();
      },
      onUnit: (unit) => {
        this.#counters.pictures++;
        this.#listener.unit(unit);
      },
    });
    this.#receiver = receiver;
    return receiver;
  }

  /** Sound is a gift: a camera that announces it and then refuses it still has pictures. */
  async #setupAudio(track: AacSdpTrack | G711SdpTrack): Promise<void> {
    try {
      await this.#setup(track, this.#audioReceiver(track));
    } catch (error) {
      const { reason } = failureOf(error);
      if (reason !== 'RTSP_ERROR' && reason !== 'STREAM_NOT_FOUND') throw error;
      return;
    }
    this.#audio = {
      kind: 'audio',
      codec: track.codec,
      clockRate: track.clockRate,
      channels: track.channels,
      config: track.codec === 'aac' ? track.config : null,
    };
    if (this.#video) this.#announce();
  }

  #audioReceiver(track: AacSdpTrack | G711SdpTrack): RtpTrackReceiver {
    const { payloadType, clockRate } = track;
    const onUnit = (unit: AccessUnit) => {
      // Sound that comes before the first picture has no track yet.
      if (this.#video && this.#audio) this.#listener.unit(unit);
    };
    return track.codec === 'aac'
      ? new AacReceiver({ payloadType, clockRate, config: track.config, format: track, track: 1, onUnit })
      : new G711Receiver({ payloadType, clockRate, track: 1, onUnit });
  }

  #announce(): void {
    if (this.#video) this.#listener.tracks(this.#audio ? [this.#video, this.#audio] : [this.#video]);
  }

  #count(): void {
    const receiver = this.#receiver;
    if (!receiver) return;
    const { packets, lost } = receiver.counters;
    const { damaged, unreferenced, withoutParameterSets } = receiver.pictures;
    const pictures = damaged + unreferenced + withoutParameterSets;
    const told = this.#told;
    this.#counters.packets += packets - told.packets;
    this.#counters.packetsLost += lost - told.lost;
    this.#counters.picturesLost += pictures - told.pictures;
    told.packets = packets;
    told.lost = lost;
    told.pictures = pictures;
  }

  #end(error: SourceError): void {
    if (this.#over) return;
    this.close();
    this.#listener.ended(error);
  }
}

function isAudio(track: SdpTrack): track is AacSdpTrack | G711SdpTrack {
  return track.codec === 'aac' || track.codec === 'pcmu' || track.codec === 'pcma';
}

function sessionOptions(options: RtspPullOptions): Omit<RtspSessionOptions, 'onEnded' | 'onBytes'> {
  const { url, transport, verifyCertificate, timeoutMs = 10_000 } = options;
  return { url, transport, verifyCertificate, timeoutMs };
}
