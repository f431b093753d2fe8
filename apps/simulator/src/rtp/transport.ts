import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import { isLost, type OutgoingPackets, strayBytes } from '../faults/disturb.ts';
import type { Fault } from '../faults/fault.ts';

/** The way of one track to one client. */
export interface RtpTransport {
  /** Bytes that wait because the client does not take them. */
  readonly backlog: number;
  /** Whether `sendPackets` must know where packets start even when nothing is disturbed. */
  readonly needsStarts: boolean;
  /** A buffer to assemble packets in; good until the next call. */
  buffer(length: number): Buffer;
  sendPackets(packets: OutgoingPackets, fault: Fault | null): void;
  /** Part of a picture, cut anywhere. */
  sendPart(bytes: Buffer): void;
  /** A compound RTCP packet with four bytes of interleaved header in front. */
  sendReport(report: Buffer): void;
}

const STAGE_BYTES = 1024 * 1024;
let stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
let staged = 0;

/**
 * Packets between the RTSP messages of a TCP connection (RFC 2326 10.12). A picture is one write; where the kernel
 * takes it at once, which is nearly always, its buffer is used again for the next client's.
 */
export class InterleavedTransport implements RtpTransport {
  readonly needsStarts = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  buffer(length: number): Buffer {
    if (length > STAGE_BYTES) return Buffer.allocUnsafeSlow(length);
    if (staged + length > STAGE_BYTES) {
      stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
      staged = 0;
    }
    return stage.subarray(staged, staged + length);
  }

  sendPackets(packets: OutgoingPackets, fault: Fault | null): void {
    if (this.#socket.destroyed) return;
    const stray = fault && strayBytes(fault);
    if (stray) this.#socket.write(stray);
    this.sendPart(packets.bytes);
  }

  sendPart(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(bytes);
    // What the kernel did not take is still read from the stage later.
    if (this.#socket.writableLength > 0 && bytes.buffer === stage.buffer) staged += bytes.length;
  }

  sendReport(report: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(report);
  }
}

export interface DatagramTransportOptions {
  readonly rtp: DatagramSocket;
  readonly rtcp: DatagramSocket;
  readonly host: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

/** RTP and RTCP on a pair of UDP ports. */
export class DatagramTransport implements RtpTransport {
  readonly backlog = 0;
  readonly needsStarts = true;
  readonly #options: DatagramTransportOptions;

  constructor(options: DatagramTransportOptions) {
    this.#options = options;
  }

  buffer(length: number): Buffer {
    return Buffer.allocUnsafeSlow(length);
  }

  sendPackets({ bytes, starts }: OutgoingPackets, fault: Fault | null): void {
    const { rtp, rtpPort, host } = this.#options;
    starts.forEach((start, i) => {
      if (isLost(fault)) return;
      rtp.send(bytes, start + 4, (starts[i + 1] ?? bytes.length) - start - 4, rtpPort, host, ignore);
    });
  }

  sendPart(bytes: Buffer): void {
    const { rtp, rtpPort, host } = this.#options;
    rtp.send(bytes.subarray(4, 1000), rtpPort, host, ignore);
  }

  sendReport(report: Buffer): void {
    const { rtcp, rtcpPort, host } = this.#options;
    rtcp.send(report.subarray(4), rtcpPort, host, ignore);
  }
}

/** A client that is gone answers with ICMP; its RTSP connection tells when it ends. */
function ignore(): void {}
