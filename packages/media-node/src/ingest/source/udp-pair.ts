import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { SourceError } from './source.ts';

export interface UdpPairOptions {
  /** The camera: only packets from this address are taken. */
  readonly peer: string;
  readonly onRtp: (packet: Buffer) => void;
  readonly onRtcp: (packet: Buffer) => void;
}

const attempts = 20;
/** A key picture of 4 Mbit/s comes as a burst of hundreds of packets. */
const receiveBuffer = 2 * 1024 * 1024;

/** Two UDP ports, an even one for RTP and the next for RTCP (RFC 3550 11). */
export class UdpPair {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #peer: string;
  #server: readonly [rtp: number, rtcp: number] | null = null;
  #closed = false;

  private constructor(rtp: Socket, rtcp: Socket, options: UdpPairOptions) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#peer = plain(options.peer);
    rtp.on('message', (packet, { address }) => {
      if (plain(address) === this.#peer) options.onRtp(packet);
    });
    rtcp.on('message', (packet, { address }) => {
      if (plain(address) === this.#peer) options.onRtcp(packet);
    });
    for (const socket of [rtp, rtcp]) {
      // ICMP "port unreachable" after hole punching comes as an error and means nothing.
      socket.on('error', () => {});
    }
  }

  /** @throws SourceError when no pair is free. */
  static async open(options: UdpPairOptions): Promise<UdpPair> {
    const type = isIPv6(plain(options.peer)) ? 'udp6' : 'udp4';
    for (let attempt = 0; attempt < attempts; attempt++) {
      const rtp = await bound(type, 0);
      const port = rtp?.address().port ?? 0;
      const rtcp = rtp && port % 2 === 0 ? await bound(type, port + 1) : null;
      if (rtp && rtcp) return new UdpPair(rtp, rtcp, options);
      rtp?.close();
    }
    throw new SourceError('CONNECTION_LOST', 'no pair of UDP ports is free');
  }

  get ports(): readonly [rtp: number, rtcp: number] {
    const { port } = this.#rtp.address();
    return [port, port + 1];
  }

  /** Says where the camera sends from, and opens the way for it through a NAT or a stateful firewall. */
  punch(serverPorts: readonly [rtp: number, rtcp: number]): void {
    this.#server = serverPorts;
    // An RTP header without payload and an empty receiver report: both are ignored by who receives them.
    const rtp = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const rtcp = Buffer.from([0x80, 0xc9, 0, 1, 0, 0, 0, 0]);
    if (this.#closed) return;
    this.#rtp.send(rtp, serverPorts[0], this.#peer, () => {});
    this.#rtcp.send(rtcp, serverPorts[1], this.#peer, () => {});
  }

  sendRtcp(packet: Buffer): void {
    if (this.#server && !this.#closed) this.#rtcp.send(packet, this.#server[1], this.#peer, () => {});
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    this.#rtcp.close();
  }
}

function bound(type: 'udp4' | 'udp6', port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket({ type, recvBufferSize: receiveBuffer });
    socket.once('error', () => {
      socket.close();
      resolve(null);
    });
    socket.bind(port, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
