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
  readonly #receivers: (((packet: Buffer) => void) | undefined)[] = [];
  readonly #datagrams: (UdpPath | DatagramPath)[] = [];
  #datagramBytes = 0;

  constructor(options: MediaPathsOptions) {
    this.#options = options;
  }

  /** Bytes sent as datagrams. */
  get datagramBytes(): number {
    return this.#datagrams.reduce((sum, path) => sum + ('bytes' in path ? path.bytes : 0), this.#datagramBytes);
  }

  /** The first of the transports a client offers that can be had (RFC 2326 12.39); null when there is none. */
  choose(offer: string, medium: number, receiver: PacketReceiver): ChosenPath | null {
    for (const wish of parseTransport(offer)) {
      if (wish.delivery !== 'unicast' || wish.profile !== 'RTP/AVP') continue;
      const path = wish.lower === 'tcp' ? this.#interleaved(wish, medium, receiver) : this.#datagram(wish, receiver);
      if (path) return path;
    }
    return null;
  }

  /** An interleaved packet came; valid only during the call. */
  packet(channel: number, packet: Buffer): void {
    this.#receivers[channel]?.(packet);
  }

  /** Nothing is taken or sent any more; the client may set up anew. */
  clear(): void {
    this.#datagramBytes = this.datagramBytes;
    this.#receivers.length = 0;
    for (const path of this.#datagrams.splice(0)) path.close();
  }

  #interleaved(wish: RtspTransport, medium: number, receiver: PacketReceiver): ChosenPath | null {
    const channels = wish.interleaved ?? ([medium * 2, medium * 2 + 1] as const);
    const [rtp, rtcp] = channels;
    if (rtp === rtcp || this.#receivers[rtp] || this.#receivers[rtcp]) return null;
    this.#receivers[rtp] = (packet) => receiver.rtp(packet);
    this.#receivers[rtcp] = (packet) => receiver.rtcp(packet);
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

  #datagram(wish: RtspTransport, receiver: PacketReceiver): ChosenPath | null {
    const { ports, address, interleavedOnly, onDatagram, pacer } = this.#options;
    const { clientPort } = wish;
    if (interleavedOnly || clientPort === null || clientPort[0] === 0) return null;
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
    const keep = <T extends UdpPath | DatagramPath>(kept: T): T => {
      this.#datagrams.push(kept);
      return kept;
    };
    return {
      transport: { lower: 'udp', clientPort, serverPort: ports.ports },
      toReader: () => keep(new DatagramPath({ path, pacer, connection: this })),
      toPublisher: () => {
        keep(path);
        return { kind: 'udp', ssrc: wish.ssrc, sendRtcp: (packet) => path.sendRtcp(packet) };
      },
    };
  }
}
