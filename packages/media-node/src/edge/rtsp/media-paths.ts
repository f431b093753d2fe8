import { formatInterleaved, parseTransport, type RtspTransport } from '@marsad/media';
import type { MediaPath, PacketReceiver } from '../../intake/track-intake.ts';
import type { BurstPacer } from '../egress/burst-pacer.ts';
import { DatagramPath, InterleavedPath, type ReaderPath } from './reader-path.ts';
import type { SocketWriter } from './socket-writer.ts';
import type { UdpPath, UdpPorts } from './udp-ports.ts';

export interface MediaPathsOptions {
  readonly writer: SocketWriter;
  readonly ports: UdpPorts;
  readonly pacer: BurstPacer;
  /** The client's address: datagrams go nowhere else, whatever it asks for. */
  readonly address: string;
  /** Only channels of the RTSP connection: it is encrypted, and datagrams would not be. */
  readonly interleavedOnly: boolean;
  /** Something came by UDP. */
  readonly onDatagram: (bytes: number) => void;
}

/** A way for one medium, as SETUP chose it. */
export interface ChosenPath {
  /** For the answer. */
  readonly transport: Partial<RtspTransport>;
  toReader(): ReaderPath;
  toPublisher(): MediaPath;
}

/** The ways that the media of one client take: channels of its connection, or datagrams. */
export class MediaPaths {
  readonly #options: MediaPathsOptions;
  /** By channel. */
  readonly #receivers = new Map<number, { readonly medium: number; readonly take: (packet: Buffer) => void }>();
  /** By medium. */
  readonly #datagrams = new Map<number, UdpPath | DatagramPath>();
  /** Of those that are closed. */
  #datagramBytes = 0;

  constructor(options: MediaPathsOptions) {
    this.#options = options;
  }

  /** Bytes sent as datagrams. */
  get datagramBytes(): number {
    let sum = this.#datagramBytes;
    for (const path of this.#datagrams.values()) sum += bytesOf(path);
    return sum;
  }

  /**
   * The first of the transports a client offers that can be had (RFC 2326 12.39); null when there is none. Either way the
   * one that the medium had is given up.
   */
  choose(offer: string, medium: number, receiver: PacketReceiver): ChosenPath | null {
    this.#giveUp(medium);
    for (const wish of parseTransport(offer)) {
      if (wish.delivery !== 'unicast' || wish.profile !== 'RTP/AVP') continue;
      const take = wish.lower === 'tcp' ? this.#interleaved : this.#datagram;
      const path = take.call(this, wish, medium, receiver);
      if (path) return path;
    }
    return null;
  }

  /** An interleaved packet came; valid only during the call. */
  packet(channel: number, packet: Buffer): void {
    this.#receivers.get(channel)?.take(packet);
  }

  /** Nothing is taken or sent any more; the client may set up anew. */
  clear(): void {
    this.#receivers.clear();
    for (const medium of [...this.#datagrams.keys()]) this.#giveUp(medium);
  }

  #giveUp(medium: number): void {
    for (const [channel, receiver] of this.#receivers) if (receiver.medium === medium) this.#receivers.delete(channel);
    const path = this.#datagrams.get(medium);
    if (!path) return;
    this.#datagramBytes += bytesOf(path);
    this.#datagrams.delete(medium);
    path.close();
  }

  #interleaved(wish: RtspTransport, medium: number, receiver: PacketReceiver): ChosenPath | null {
    const channels = wish.interleaved ?? ([medium * 2, medium * 2 + 1] as const);
    const [rtp, rtcp] = channels;
    if (rtp === rtcp || rtcp > 255 || this.#receivers.has(rtp) || this.#receivers.has(rtcp)) return null;
    this.#receivers.set(rtp, { medium, take: (packet) => receiver.rtp(packet) });
    this.#receivers.set(rtcp, { medium, take: (packet) => receiver.rtcp(packet) });
    const { writer } = this.#options;
    return {
      transport: { lower: 'tcp', interleaved: channels },
      toReader: () => new InterleavedPath(writer, channels),
      toPublisher: () => ({
        kind: 'tcp',
        ssrc: wish.ssrc,
        sendRtcp: (packet) => {
          if (writer.hasRoomFor(packet.length)) writer.write(formatInterleaved(rtcp, packet));
        },
      }),
    };
  }

  #datagram(wish: RtspTransport, medium: number, receiver: PacketReceiver): ChosenPath | null {
    const { ports, address, interleavedOnly, onDatagram, pacer } = this.#options;
    const { clientPort } = wish;
    if (interleavedOnly || clientPort === null || clientPort.includes(0)) return null;
    const path = ports.open({
      address,
      ports: clientPort,
      onRtp: (packet) => {
        onDatagram(packet.length);
        receiver.rtp(packet);
      },
      onRtcp: (packet) => {
        onDatagram(packet.length);
        receiver.rtcp(packet);
      },
    });
    if (!path) return null;
    this.#datagrams.set(medium, path);
    return {
      transport: { lower: 'udp', clientPort, serverPort: ports.ports },
      toReader: () => {
        const paced = new DatagramPath({ path, pacer, connection: this });
        this.#datagrams.set(medium, paced);
        return paced;
      },
      toPublisher: () => ({ kind: 'udp', ssrc: wish.ssrc, sendRtcp: (packet) => path.sendRtcp(packet) }),
    };
  }
}

function bytesOf(path: UdpPath | DatagramPath): number {
  return 'bytes' in path ? path.bytes : 0;
}
