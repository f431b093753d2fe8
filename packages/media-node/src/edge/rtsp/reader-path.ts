import type { Bursting, BurstPacer } from '../egress/burst-pacer.ts';
import { type FramedUnit, onChannel } from './framed-unit.ts';
import type { SocketWriter } from './socket-writer.ts';
import type { UdpPath } from './udp-ports.ts';

/** What may wait for a UDP reader that is still catching up. Pictures. */
const MAX_BURST = 2000;

/** The way of one medium to one reader. */
export interface ReaderPath {
  readonly kind: 'tcp' | 'udp';
  /** False when it was not taken: too much waits already. */
  send(unit: FramedUnit): boolean;
  /** What a reader begins with: taken whole. */
  begin(units: readonly FramedUnit[]): void;
  /** A sender report framed for the usual channel. */
  report(report: Buffer): void;
  close(): void;
}

/** Between the messages of the RTSP connection (RFC 2326 10.12): one write for each unit, shared with the other readers. */
export class InterleavedPath implements ReaderPath {
  readonly kind = 'tcp';
  readonly #writer: SocketWriter;
  readonly #channels: readonly [rtp: number, rtcp: number];

  constructor(writer: SocketWriter, channels: readonly [rtp: number, rtcp: number]) {
    this.#writer = writer;
    this.#channels = channels;
  }

  send(unit: FramedUnit): boolean {
    if (!this.#writer.hasRoomFor(unit.bytes)) return false;
    this.#writer.write(this.#bytesOf(unit));
    return true;
  }

  begin(units: readonly FramedUnit[]): void {
    this.#writer.begin(units.map((unit) => this.#bytesOf(unit)));
  }

  report(report: Buffer): void {
    if (!this.#writer.hasRoomFor(report.length)) return;
    const [, channel] = this.#channels;
    const usual = report[1] === channel;
    this.#writer.write(usual ? report : Buffer.concat([Buffer.from([0x24, channel]), report.subarray(2)]));
  }

  close(): void {}

  #bytesOf(unit: FramedUnit): Buffer {
    const [channel] = this.#channels;
    return channel === unit.medium * 2 ? unit.data : onChannel(unit, channel);
  }
}

/** Datagrams. What a reader begins with is spread over some milliseconds, and what is live meanwhile waits behind it. */
export class DatagramPath implements ReaderPath, Bursting {
  readonly kind = 'udp';
  readonly connection: object;
  /** Bytes sent, with RTP headers. */
  bytes = 0;
  readonly #path: UdpPath;
  readonly #pacer: BurstPacer;
  #queue: FramedUnit[] = [];

  /** `connection`: the reader's, whose media share the burst budget. */
  constructor(options: { readonly path: UdpPath; readonly pacer: BurstPacer; readonly connection: object }) {
    this.#path = options.path;
    this.#pacer = options.pacer;
    this.connection = options.connection;
  }

  get waiting(): boolean {
    return this.#queue[0]?.key === true;
  }

  send(unit: FramedUnit): boolean {
    if (this.#queue.length === 0) return this.#send(unit);
    if (this.#queue.length >= MAX_BURST) return false;
    this.#queue.push(unit);
    return true;
  }

  begin(units: readonly FramedUnit[]): void {
    // Paused and played again, it may still have some of what it began with.
    for (const unit of units) if (this.#queue.length < MAX_BURST) this.#queue.push(unit);
    if (this.#queue.length > 0) this.#pacer.add(this);
  }

  sendNext(): number {
    const unit = this.#queue.shift();
    if (!unit) return 0;
    this.#send(unit);
    return unit.bytes;
  }

  report(report: Buffer): void {
    this.#path.sendRtcp(report.subarray(4));
    this.bytes += report.length - 4;
  }

  close(): void {
    this.#queue = [];
    this.#pacer.remove(this);
    this.#path.close();
  }

  #send({ data, starts, bytes }: FramedUnit): boolean {
    for (const [index, start] of starts.entries()) {
      const length = (starts[index + 1] ?? bytes) - start - 4;
      if (!this.#path.sendRtp(data, start + 4, length)) return false;
      this.bytes += length;
    }
    return true;
  }
}
