import { randomInt } from 'node:crypto';
import * as datachannel from 'node-datachannel';
import type { Logger } from 'pino';
import { candidatesFor, type MediaPortOptions } from './media-port.ts';
import { MediaTrack } from './media-track.ts';

/** Offered first by Chromium, Firefox and Safari alike; pictures of higher profiles decode all the same. */
export const H264_FORMAT = 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f';
export const PLAYOUT_DELAY = 'http://www.webrtc.org/experiments/rtp-hdrext/playout-delay';

/** LiveKit's SDKs open three; who opens more than this has them closed again. */
const MAX_REMOTE_CHANNELS = 8;

export type PeerState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

export interface VideoLine {
  readonly mid: string;
  readonly payloadType: number;
  readonly format: string;
  /** Further payload types for the other end to choose from. */
  readonly alternatives?: readonly { readonly payloadType: number; readonly format: string }[];
  /** Id for the playout-delay header extension; null leaves it out. */
  readonly playoutDelayId: number | null;
  /** The first part of `a=msid`, and the track id after it (RFC 8830). */
  readonly stream: string;
  readonly track: string;
}

export interface ViewerPeerEvents {
  readonly localDescription: (sdp: string, type: string) => void;
  /** A candidate of ours (one per public address too), without `a=`. */
  readonly candidate: (candidate: string, mid: string) => void;
  readonly gathered: () => void;
  readonly state: (state: PeerState) => void;
}

/**
 * One PeerConnection. An exception in a callback of the native library ends the process, so every callback is caught here; and it
 * closes channels nobody refers to, so they are kept here.
 */
export class ViewerPeer {
  readonly #pc: datachannel.PeerConnection;
  readonly #log: Logger;
  readonly #tracks = new Map<string, MediaTrack>();
  readonly #channels = new Map<string, datachannel.DataChannel>();
  readonly #remoteChannels: datachannel.DataChannel[] = [];
  #closed = false;

  /** `port`: the one all connections share; null for one of its own, as whoever begins a connection outwards has. */
  constructor(options: { id: string; port: MediaPortOptions | null; log: Logger; events: ViewerPeerEvents }) {
    this.#log = options.log;
    const { port, events } = options;
    this.#pc = new datachannel.PeerConnection(options.id, {
      iceServers: [],
      ...(port && { enableIceUdpMux: true, portRangeBegin: port.port, portRangeEnd: port.port }),
      disableAutoNegotiation: true,
      // Else a connection that begins with data channels alone could never carry media.
      forceMediaTransport: true,
      ...(port?.bindAddress === undefined ? {} : { bindAddress: port.bindAddress }),
    });
    const pc = this.#pc;
    pc.onLocalDescription((sdp, type) => this.#caught(() => events.localDescription(sdp, type)));
    pc.onLocalCandidate((found, mid) =>
      this.#caught(() => {
        for (const candidate of candidatesFor(found, port?.publicAddresses ?? [])) events.candidate(candidate, mid);
      }),
    );
    pc.onGatheringStateChange((state) => this.#caught(() => state === 'complete' && events.gathered()));
    pc.onStateChange((state) => this.#caught(() => events.state(state as PeerState)));
    pc.onDataChannel((channel) =>
      this.#caught(() => {
        if (this.#remoteChannels.length >= MAX_REMOTE_CHANNELS) return channel.close();
        this.#remoteChannels.push(channel);
        this.#listen(channel, 'remote');
      }),
    );
  }

  get connected(): boolean {
    return !this.#closed && this.#pc.state() === 'connected';
  }

  get state(): PeerState {
    return this.#closed ? 'closed' : this.#pc.state();
  }

  addVideo(line: VideoLine): MediaTrack {
    const ssrc = randomInt(1, 0xffffffff);
    const video = new datachannel.Video(line.mid, 'SendOnly');
    video.addH264Codec(line.payloadType, line.format);
    for (const { payloadType, format } of line.alternatives ?? []) video.addH264Codec(payloadType, format);
    video.addSSRC(ssrc, 'marsad', line.stream, line.track);
    if (line.playoutDelayId !== null) video.parseSdpLine(`a=extmap:${line.playoutDelayId} ${PLAYOUT_DELAY}`);
    video.parseSdpLine(`a=rtcp-fb:${line.payloadType} rrtr`);
    const track = new MediaTrack(this.#pc.addTrack(video), ssrc, this.#log);
    this.#tracks.set(line.mid, track);
    return track;
  }

  /** A line for Opus. */
  addAudio(line: Omit<VideoLine, 'playoutDelayId'>): MediaTrack {
    const ssrc = randomInt(1, 0xffffffff);
    const audio = new datachannel.Audio(line.mid, 'SendOnly');
    audio.addOpusCodec(line.payloadType, line.format);
    audio.addSSRC(ssrc, 'marsad', line.stream, line.track);
    const track = new MediaTrack(this.#pc.addTrack(audio), ssrc, this.#log);
    this.#tracks.set(line.mid, track);
    return track;
  }

  /** A line on which the other end sends: `feedback` of the track gets its RTP and RTCP packets as they are. */
  receive(kind: 'video' | 'audio', line: Pick<VideoLine, 'mid' | 'payloadType' | 'format'>): MediaTrack {
    const description =
      kind === 'video' ? new datachannel.Video(line.mid, 'RecvOnly') : new datachannel.Audio(line.mid, 'RecvOnly');
    if ('addH264Codec' in description) description.addH264Codec(line.payloadType, line.format);
    else description.addOpusCodec(line.payloadType, line.format);
    const track = new MediaTrack(this.#pc.addTrack(description), randomInt(1, 0xffffffff), this.#log);
    this.#tracks.set(line.mid, track);
    return track;
  }

  /** The m-line stays, with port 0 in the next offer. */
  removeVideo(mid: string): void {
    this.#tracks.get(mid)?.close();
    this.#tracks.delete(mid);
  }

  createChannel(label: string, config: datachannel.DataChannelInitConfig): void {
    const channel = this.#pc.createDataChannel(label, config);
    this.#listen(channel, label);
    this.#channels.set(label, channel);
  }

  /** Viewers may say nothing here; but what nobody reads the library keeps, tens of megabytes of it for each channel. */
  #listen(channel: datachannel.DataChannel, label: string): void {
    channel.onMessage(() => {});
    channel.onError((error) => this.#caught(() => this.#log.debug({ label, error }, 'data channel')));
  }

  /** False when the channel does not exist or is not open. */
  sendData(label: string, data: Uint8Array): boolean {
    const channel = this.#channels.get(label);
    if (this.#closed || !channel?.isOpen() || channel.bufferedAmount() > 1_000_000) return false;
    return this.#caught(() => channel.sendMessageBinary(data)) ?? false;
  }

  /** Makes the local description, which `localDescription` then tells. */
  describe(type: 'offer' | 'answer'): void {
    if (!this.#closed) this.#pc.setLocalDescription(type);
  }

  /** False when the description cannot be used. */
  setRemote(sdp: string, type: 'offer' | 'answer'): boolean {
    if (this.#closed) return false;
    const set = this.#caught(() => {
      this.#pc.setRemoteDescription(sdp, type);
      return true;
    });
    return set ?? false;
  }

  /** Ignores a candidate that cannot be used (mDNS names of the viewer's own network among them). */
  addCandidate(candidate: string, mid: string): void {
    if (this.#closed || candidate === '') return;
    this.#caught(() => this.#pc.addRemoteCandidate(candidate, mid));
  }

  get localSdp(): string | null {
    return this.#closed ? null : (this.#pc.localDescription()?.sdp ?? null);
  }

  get awaitsAnswer(): boolean {
    return !this.#closed && this.#pc.signalingState() === 'have-local-offer';
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const track of this.#tracks.values()) track.close();
    this.#tracks.clear();
    for (const channel of [...this.#channels.values(), ...this.#remoteChannels]) this.#caught(() => channel.close());
    this.#channels.clear();
    this.#remoteChannels.length = 0;
    this.#caught(() => this.#pc.close());
  }

  #caught<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!this.#closed) this.#log.debug({ err: error }, 'peer connection');
      return undefined;
    }
  }
}
