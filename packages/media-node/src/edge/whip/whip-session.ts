import { randomUUID } from 'node:crypto';
import type { StreamReason } from '@marsad/contract';
import { type AccessUnit, type AudioTrack, H264Receiver, OpusReceiver, type VideoTrack } from '@marsad/media';
import type { Publication } from '../../stream-publishing.ts';
import type { EdgeParts } from '../edge-parts.ts';
import type { EverySecond } from '../egress/egress-clock.ts';
import { type PeerState, ViewerPeer } from '../peer/viewer-peer.ts';
import { withCandidates } from '../whep/whep-offer.ts';
import { TrackReception } from './track-reception.ts';
import { onlyThese, type PublishOffer, withOpenPorts } from './whip-offer.ts';

/** A publisher that has not connected by then, or lost its connection for that long, is gone. Milliseconds. */
const PATIENCE = 20_000;
/** A publisher that is connected and sends nothing for that long is gone, and so is one whose first picture takes longer. Seconds. */
const SILENCE = 10;
const GATHERING = 2000;
/** Between two requests for a key picture, milliseconds. */
const KEY_INTERVAL = 1000;
/** A browser makes a key picture only when asked. Without one for this long there is nothing for a new viewer to begin with. */
const LONGEST_GOP = 4000;

const OPUS: AudioTrack = { kind: 'audio', codec: 'opus', clockRate: 48_000, channels: 2, config: null };

export interface WhipSessionOptions {
  readonly offer: PublishOffer;
  readonly parts: EdgeParts;
  /** Whom it publishes for, in the log. */
  readonly stream: string;
  readonly onClosed: (session: WhipSession) => void;
}

/** One WHIP publisher: its connection, and from its packets the units of one stream. */
export class WhipSession implements EverySecond {
  readonly id = randomUUID();
  readonly #options: WhipSessionOptions;
  readonly #peer: ViewerPeer;
  readonly #video: TrackReception;
  readonly #audio: TrackReception | null;
  readonly #h264: H264Receiver;
  readonly #candidates: string[] = [];
  readonly #gathered = Promise.withResolvers<void>();
  #publication: Publication | null = null;
  #track: VideoTrack | null = null;
  #bytes = 0;
  #packets = 0;
  #told = { bytes: 0, packets: 0, lost: 0, broken: 0 };
  #silent = 0;
  #keyAt = Number.NEGATIVE_INFINITY;
  #keyAskedAt = Number.NEGATIVE_INFINITY;
  #patience: NodeJS.Timeout;
  #closed = false;

  constructor(options: WhipSessionOptions) {
    this.#options = options;
    const { parts, offer } = options;
    this.#peer = new ViewerPeer({
      id: this.id,
      port: parts.port,
      log: parts.log.child({ whip: this.id, stream: options.stream }),
      events: {
        localDescription: () => {},
        candidate: (candidate) => this.#candidates.push(candidate),
        gathered: () => this.#gathered.resolve(),
        state: (state) => this.#stateChanged(state),
      },
    });
    const reception = {
      onPacket: (bytes: number) => {
        this.#packets++;
        this.#bytes += bytes;
      },
      onGoodbye: () => this.close('STREAM_ENDED', 'BYE'),
    };
    const video = this.#peer.receive('video', offer.video);
    this.#h264 = new H264Receiver({
      payloadType: offer.video.payloadType,
      onTrack: (track) => this.#tracksChanged(track),
      onUnit: (unit) => this.#videoUnit(unit),
    });
    this.#video = new TrackReception({
      ...reception,
      track: video,
      payloadType: offer.video.payloadType,
      clockRate: 90_000,
      receiver: this.#h264,
      retransmission: true,
    });
    video.listen({ open: () => {}, feedback: (packet) => this.#videoPacket(packet) });
    this.#audio = offer.audio ? this.#receiveAudio(offer.audio, reception) : null;
    this.#patience = setTimeout(() => this.close('TIMEOUT', 'the publisher did not connect'), PATIENCE);
  }

  get ufrag(): string {
    return this.#options.offer.ufrag;
  }

  /** Where its stream goes from now on; closed with the session. */
  begin(publication: Publication): void {
    this.#publication = publication;
  }

  /** The answer with all candidates; null when the offer cannot be answered. */
  async answer(sdp: string): Promise<string | null> {
    const { parts, offer } = this.#options;
    if (!this.#peer.setRemote(withOpenPorts(sdp), 'offer')) return null;
    this.#peer.describe('answer');
    const timeout = setTimeout(() => this.#gathered.resolve(), GATHERING);
    await this.#gathered.promise;
    clearTimeout(timeout);
    const local = this.#peer.localSdp;
    if (local === null || this.#closed) return null;
    parts.clock.add(this);
    const mids = [offer.video.mid, ...(offer.audio ? [offer.audio.mid] : [])];
    return withCandidates(onlyThese(local, mids), this.#candidates);
  }

  addCandidate(candidate: string, mid: string): void {
    this.#peer.addCandidate(candidate, mid);
  }

  second(): void {
    const lost = this.#video.lost + (this.#audio?.lost ?? 0);
    const bytes = this.#bytes - this.#told.bytes;
    const packets = this.#packets - this.#told.packets;
    this.#publication?.count({ bytes, packets, packetsLost: lost - this.#told.lost });
    this.#told = { ...this.#told, bytes: this.#bytes, packets: this.#packets, lost };
    if (!this.#peer.connected) return;
    this.#silent = packets === 0 || !this.#track ? this.#silent + 1 : 0;
    if (this.#silent >= SILENCE) {
      const what = this.#track ? 'nothing' : 'no picture that can be shown';
      this.close('TIMEOUT', `the publisher sent ${what} for ${SILENCE} s`);
      return;
    }
    this.#video.second();
    this.#audio?.second();
    // A missing packet may have been given up while none came.
    this.#lookForDamage();
    if (performance.now() - this.#keyAt > LONGEST_GOP) this.#askForKey();
  }

  /** Safe to call twice. */
  close(reason: StreamReason, detail: string | null = null): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#patience);
    this.#gathered.resolve();
    this.#options.parts.clock.remove(this);
    this.#video.goodbye();
    this.#video.close();
    this.#audio?.close();
    this.#peer.close();
    const publication = this.#publication;
    this.#publication = null;
    publication?.close(reason, detail);
    this.#options.parts.log.info({ whip: this.id, stream: this.#options.stream, reason, detail }, 'publisher left');
    this.#options.onClosed(this);
  }

  #receiveAudio(
    line: NonNullable<PublishOffer['audio']>,
    reception: { onPacket: (bytes: number) => void; onGoodbye: () => void },
  ): TrackReception {
    const track = this.#peer.receive('audio', line);
    const audio = new TrackReception({
      ...reception,
      track,
      payloadType: line.payloadType,
      clockRate: OPUS.clockRate,
      receiver: new OpusReceiver({
        payloadType: line.payloadType,
        track: 1,
        // Sound that comes before the first picture belongs to no track yet.
        onUnit: (unit) => this.#track && this.#publication?.unit(unit),
      }),
      retransmission: false,
    });
    track.listen({ open: () => {}, feedback: (packet) => audio.take(packet) });
    return audio;
  }

  #videoPacket(packet: Buffer): void {
    this.#video.take(packet);
    this.#lookForDamage();
  }

  #lookForDamage(): void {
    const { damaged, unreferenced, withoutParameterSets, leading } = this.#h264.pictures;
    const broken = damaged + unreferenced + withoutParameterSets + leading;
    if (broken === this.#told.broken) return;
    this.#told.broken = broken;
    this.#askForKey();
  }

  #videoUnit(unit: AccessUnit): void {
    if (unit.key) this.#keyAt = performance.now();
    this.#publication?.unit(unit);
  }

  #tracksChanged(track: VideoTrack): void {
    this.#track = track;
    this.#publication?.tracks(this.#audio ? [track, OPUS] : [track]);
  }

  #askForKey(): void {
    const now = performance.now();
    if (now - this.#keyAskedAt < KEY_INTERVAL) return;
    this.#keyAskedAt = now;
    this.#video.requestKey();
  }

  #stateChanged(state: PeerState): void {
    if (this.#closed) return;
    clearTimeout(this.#patience);
    if (state === 'failed' || state === 'closed') this.close('CONNECTION_LOST', `the connection is ${state}`);
    else if (state !== 'connected') {
      this.#patience = setTimeout(() => this.close('CONNECTION_LOST', 'the publisher is not connected'), PATIENCE);
    }
  }
}
