import { createSocket, type Socket } from 'node:dgram';

/** Key pictures of many cameras come, and go, as bursts of hundreds of packets. Bytes. */
const SOCKET_BUFFER = 4 * 1024 * 1024;
/** What may wait in this process because the kernel takes no more, for all readers together. Bytes. */
const MAX_WAITING = 8 * 1024 * 1024;

/** One medium of one client. */
export interface UdpPeer {
  /** The client's address, as its TCP connection has it. */
  readonly address: string;
  /** Where it said that it takes RTP and RTCP. */
  readonly ports: readonly [rtp: number, rtcp: number];
  /** Packets are valid only during the call. */
  readonly onRtp: (packet: Buffer) => void;
  readonly onRtcp: (packet: Buffer) => void;
}

/** The way to one client. */
export interface UdpPath {
  /** False when too much waits already. Never throws. */
  sendRtp(buffer: Buffer, offset: number, length: number): boolean;
  sendRtcp(packet: Buffer): void;
  close(): void;
}

interface Registered {
  readonly peer: UdpPeer;
  /** Where packets go: as announced, until others are seen that can only be its own. */
  readonly towards: [rtp: number, rtcp: number];
  readonly heard: [rtp: boolean, rtcp: boolean];
  /** Under what it is known, for RTP and for RTCP: as announced, and as seen. */
  readonly keys: readonly [rtp: string[], rtcp: string[]];
}

/**
 * The two UDP ports that all RTSP clients of this edge share, an even one for RTP and the next for RTCP (RFC 3550 11).
 *
 * Two ports are what a firewall has to let through, and a client that sends something to them first opens its own.
 * Clients are told apart by address and port. Where a NAT gave one other ports than it said, its first packet shows
 * them, as long as no other client of that address is waiting to be heard of.
 */
export class UdpPorts {
  readonly #options: { readonly host: string; readonly port: number };
  #sockets: readonly [rtp: Socket, rtcp: Socket] | null = null;
  /** By address and port, of RTP and of RTCP. */
  readonly #byPort = [new Map<string, Registered>(), new Map<string, Registered>()] as const;
  readonly #byAddress = new Map<string, Set<Registered>>();
  #port = 0;

  /** Port 0 takes a free pair. */
  constructor(options: { readonly host: string; readonly port: number }) {
    this.#options = options;
  }

  /** Those in use, once started. */
  get ports(): readonly [rtp: number, rtcp: number] {
    return [this.#port, this.#port + 1];
  }

  /** Rejects when the pair cannot be had. */
  async start(): Promise<void> {
    const { host, port } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const rtp = await bound(host, port);
      const first = rtp.address().port;
      try {
        const rtcp = await bound(host, first + 1);
        this.#sockets = [rtp, rtcp];
        this.#port = first;
        break;
      } catch (error) {
        rtp.close();
        if (port !== 0 || attempt >= 20) throw error;
      }
    }
    for (const [index, socket] of this.#sockets.entries()) {
      // ICMP "port unreachable" of a client that is gone; its RTSP connection tells when it ends.
      socket.on('error', () => {});
      socket.on('message', (packet, { address, port: from }) =>
        this.#received(index === 0 ? 0 : 1, packet, address, from),
      );
    }
  }

  /** Null when another client of that address has these ports. */
  open(peer: UdpPeer): UdpPath | null {
    const [rtp, rtcp] = peer.ports;
    const keys = [`${plainAddress(peer.address)} ${rtp}`, `${plainAddress(peer.address)} ${rtcp}`] as const;
    if (this.#byPort[0].has(keys[0]) || this.#byPort[1].has(keys[1]) || !this.#sockets) return null;
    const registered: Registered = {
      peer,
      towards: [rtp, rtcp],
      heard: [false, false],
      keys: [[keys[0]], [keys[1]]],
    };
    this.#byPort[0].set(keys[0], registered);
    this.#byPort[1].set(keys[1], registered);
    const address = plainAddress(peer.address);
    const sameAddress = this.#byAddress.get(address) ?? new Set();
    this.#byAddress.set(address, sameAddress.add(registered));
    const [rtpSocket, rtcpSocket] = this.#sockets;
    let closed = false;
    return {
      sendRtp: (buffer, offset, length) => {
        if (closed || rtpSocket.getSendQueueSize() > MAX_WAITING) return false;
        rtpSocket.send(buffer, offset, length, registered.towards[0], peer.address, ignore);
        return true;
      },
      sendRtcp: (packet) => {
        if (!closed) rtcpSocket.send(packet, registered.towards[1], peer.address, ignore);
      },
      close: () => {
        if (closed) return;
        closed = true;
        for (const key of registered.keys[0]) this.#byPort[0].delete(key);
        for (const key of registered.keys[1]) this.#byPort[1].delete(key);
        sameAddress.delete(registered);
        if (sameAddress.size === 0) this.#byAddress.delete(address);
      },
    };
  }

  async close(): Promise<void> {
    const sockets = this.#sockets ?? [];
    this.#sockets = null;
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  #received(which: 0 | 1, packet: Buffer, address: string, port: number): void {
    const from = plainAddress(address);
    const registered = this.#byPort[which].get(`${from} ${port}`) ?? this.#adopt(which, from, port);
    if (!registered) return;
    registered.heard[which] = true;
    if (which === 0) registered.peer.onRtp(packet);
    else registered.peer.onRtcp(packet);
  }

  #adopt(which: 0 | 1, address: string, port: number): Registered | null {
    const unheard = [...(this.#byAddress.get(address) ?? [])].filter((one) => !one.heard[which]);
    const [only] = unheard;
    if (!only || unheard.length > 1) return null;
    const key = `${address} ${port}`;
    only.towards[which] = port;
    only.keys[which].push(key);
    this.#byPort[which].set(key, only);
    return only;
  }
}

function bound(host: string, port: number): Promise<Socket> {
  const socket = createSocket({
    type: host.includes(':') ? 'udp6' : 'udp4',
    recvBufferSize: SOCKET_BUFFER,
    sendBufferSize: SOCKET_BUFFER,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}

/** An IPv4 address as such where a socket of both families has it mapped (RFC 4291 2.5.5.2). */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}

function ignore(): void {}
