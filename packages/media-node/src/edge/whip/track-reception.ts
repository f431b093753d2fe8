import {
  formatRtcp,
  isRtcp,
  ReceptionStatistics,
  ReorderBuffer,
  type RtcpPacket,
  RtpPacket,
  type RtpTrackReceiver,
} from '@marsad/media';
import { readSenderRtcp } from '../../intake/sender-rtcp.ts';
import type { MediaTrack } from '../peer/media-track.ts';
import { MissingPackets } from './missing-packets.ts';

/** How long a packet that was asked for again may take, milliseconds, and how many may wait behind it. */
const PATIENCE = 300;
const MAX_WAITING = 1024;
/** Sound that comes later than this is not played anyway. Milliseconds. */
const SOUND_PATIENCE = 60;
const NACK_INTERVAL = 50;
/** Most that a publisher is told it may send, bits per second (REMB). */
const MAX_BITRATE = 12_000_000;

export interface TrackReceptionOptions {
  /** The way reports go back; `ssrc` is ours. */
  readonly track: Pick<MediaTrack, 'ssrc' | 'send'>;
  readonly payloadType: number;
  readonly clockRate: number;
  readonly receiver: RtpTrackReceiver;
  /** Missing packets are asked for again. Sound is not worth the wait. */
  readonly retransmission: boolean;
  /** Any packet, valid or not, came: its length in bytes. */
  readonly onPacket: (bytes: number) => void;
  /** The publisher said that it stops (RTCP BYE). */
  readonly onGoodbye: () => void;
}

/**
 * The receiving end of one RTP stream of a WebRTC connection. The native library only decrypts here; what a receiver owes its
 * sender is said by us: reports (RFC 3550 6.4.2), requests for missing packets and for key pictures (RFC 4585), and how much
 * may be sent (draft-alvestrand-rmcat-remb), without which browsers stay at a few hundred kbit/s.
 */
export class TrackReception {
  readonly #options: TrackReceptionOptions;
  readonly #packet = new RtpPacket();
  readonly #read = new RtpPacket();
  readonly #missing = new MissingPackets();
  #order: ReorderBuffer;
  #statistics: ReceptionStatistics | null = null;
  #ssrc = -1;
  #expiry: NodeJS.Timeout | null = null;
  #nacks: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: TrackReceptionOptions) {
    this.#options = options;
    this.#order = this.#newOrder();
  }

  /** Packets lost for good, by the numbers missing. */
  get lost(): number {
    return this.#options.receiver.counters.lost;
  }

  /** Packets that wait for one that is missing. */
  get waiting(): number {
    return this.#order.size;
  }

  /** One packet as it came: RTP, or RTCP (RFC 5761). */
  take(buffer: Buffer): void {
    if (this.#closed) return;
    this.#options.onPacket(buffer.length);
    if (isRtcp(buffer)) this.#rtcp(buffer);
    else this.#rtp(buffer);
  }

  /** Reports to the sender. Called once a second. */
  second(): void {
    if (this.#ssrc === -1) return;
    const block = this.#statistics?.report(performance.now()) ?? null;
    const { ssrc } = this.#options.track;
    this.#send([
      { kind: 'rr', ssrc, reports: block ? [block] : [] },
      { kind: 'sdes', chunks: [{ ssrc, items: [{ type: 1, text: 'marsad' }] }] },
      ...(this.#options.retransmission ? [estimate(ssrc, this.#ssrc, MAX_BITRATE)] : []),
    ]);
  }

  /** Asks for a key picture; nothing before the first packet, because nobody knows yet whom to ask. */
  requestKey(): void {
    const { ssrc } = this.#options.track;
    if (this.#ssrc === -1) return;
    this.#send([
      { kind: 'rr', ssrc, reports: [] },
      { kind: 'pli', sender: ssrc, media: this.#ssrc },
    ]);
  }

  /** Tells the sender that nobody receives any more: else it notices only when its connection times out. */
  goodbye(): void {
    const { ssrc } = this.#options.track;
    if (this.#ssrc === -1 || this.#closed) return;
    this.#send([
      { kind: 'rr', ssrc, reports: [] },
      { kind: 'bye', ssrcs: [ssrc], reason: null },
    ]);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of [this.#expiry, this.#nacks]) if (timer) clearTimeout(timer);
    this.#expiry = null;
    this.#nacks = null;
  }

  #newOrder(): ReorderBuffer {
    const { retransmission, receiver } = this.#options;
    return new ReorderBuffer({
      maxPackets: MAX_WAITING,
      maxDelayMs: retransmission ? PATIENCE : SOUND_PATIENCE,
      onPacket: (packet) => {
        if (this.#read.read(packet)) receiver.push(this.#read, Date.now());
      },
    });
  }

  #rtp(buffer: Buffer): void {
    const packet = this.#packet;
    if (!packet.read(buffer) || packet.payloadType !== this.#options.payloadType) return;
    const now = performance.now();
    if (packet.ssrc !== this.#ssrc) {
      this.#ssrc = packet.ssrc;
      this.#statistics = new ReceptionStatistics({ ssrc: packet.ssrc, clockRate: this.#options.clockRate });
      this.#missing.reset();
      this.#order.flush();
      this.#order = this.#newOrder();
    }
    this.#statistics?.packet(packet.sequence, packet.timestamp, now);
    if (this.#options.retransmission && this.#missing.received(packet.sequence, now)) this.#ask(now);
    this.#order.push(buffer);
    if (this.#order.size > 0) this.#expireLater();
  }

  #rtcp(buffer: Buffer): void {
    if (readSenderRtcp(buffer, this.#ssrc, this.#statistics)) this.#options.onGoodbye();
  }

  #ask(now: number): void {
    const sequences = this.#missing.due(now);
    const { ssrc } = this.#options.track;
    if (sequences.length > 0) {
      this.#send([
        { kind: 'rr', ssrc, reports: [] },
        { kind: 'nack', sender: ssrc, media: this.#ssrc, sequences },
      ]);
    }
    if (this.#nacks || this.#missing.size === 0) return;
    this.#nacks = setTimeout(() => {
      this.#nacks = null;
      this.#ask(performance.now());
    }, NACK_INTERVAL);
  }

  #expireLater(): void {
    const { deadline } = this.#order;
    if (this.#expiry || deadline === null) return;
    this.#expiry = setTimeout(
      () => {
        this.#expiry = null;
        this.#order.expire();
        if (this.#order.size > 0) this.#expireLater();
      },
      Math.max(1, deadline - performance.now()),
    );
  }

  #send(packets: readonly RtcpPacket[]): void {
    this.#options.track.send(formatRtcp(packets));
  }
}

/** Receiver estimated maximum bitrate: payload feedback of format 15 with the letters REMB. */
function estimate(sender: number, media: number, bitrate: number): RtcpPacket {
  const body = Buffer.alloc(20);
  body.writeUInt32BE(sender, 0);
  body.write('REMB', 8, 'latin1');
  const exponent = Math.max(0, Math.ceil(Math.log2(bitrate / 0x3ffff)));
  body.writeUInt32BE((1 << 24) | (exponent << 18) | Math.floor(bitrate / 2 ** exponent), 12);
  body.writeUInt32BE(media, 16);
  return { kind: 'other', packetType: 206, format: 15, body };
}
