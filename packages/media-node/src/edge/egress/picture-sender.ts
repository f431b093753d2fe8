import { randomInt } from 'node:crypto';
import type { EdgeMetrics } from '../edge-metrics.ts';
import type { PacketisedPicture } from '../feed/packetised-picture.ts';
import { receiveTimeReport, senderReport } from './rtcp.ts';
import { RtpClock } from './rtp-clock.ts';
import { type PacketTransport, RtpSender, type RtpStreamOptions } from './rtp-sender.ts';
import { SentPictures } from './sent-pictures.ts';

/** Packets a viewer may have sent again per second. */
const RETRANSMIT_LIMIT = 1000;

export interface PictureSenderOptions {
  readonly transport: PacketTransport;
  readonly rtp: RtpStreamOptions;
  readonly metrics: EdgeMetrics;
}

/**
 * One SSRC to one viewer: pictures as RTP packets, again when he missed some, and the reports that go with them. After a
 * picture that could not be sent nothing goes out before the next key picture.
 */
export class PictureSender {
  readonly #options: PictureSenderOptions;
  readonly #sender: RtpSender;
  readonly #clock: RtpClock;
  readonly #sent = new SentPictures();
  #needsKey = true;
  #lastLive: { arrival: number; timestamp: number } | null = null;
  #retransmitted = 0;

  constructor(options: PictureSenderOptions) {
    this.#options = options;
    this.#sender = new RtpSender(options.transport, options.rtp, randomInt(0x10000));
    this.#clock = new RtpClock(performance.now(), randomInt(0x7fffffff));
  }

  get ssrc(): number {
    return this.#sender.ssrc;
  }

  /** Packets go without the header extension from now on. */
  withoutExtension(): void {
    this.#sender.withoutExtension();
  }

  /** A picture of this moment. */
  live(picture: PacketisedPicture): void {
    const now = performance.now();
    const first = this.#lastLive === null;
    this.#options.metrics.delay.observe(Math.max(0, Date.now() - picture.arrival) / 1000);
    const timestamp = this.#clock.live(picture.pts, now);
    if (!this.#send(picture, timestamp)) return;
    this.#lastLive = { arrival: picture.arrival, timestamp };
    if (first) this.report();
  }

  /** A picture of the past, on the way to those of this moment. @param now monotonic, milliseconds */
  burst(picture: PacketisedPicture, now: number): void {
    this.#send(picture, this.#clock.burst(now));
  }

  /** What comes next is of another stream, or of this moment again. */
  rebase(): void {
    this.#clock.rebase();
  }

  /** Nothing of what was sent will be of use. */
  forget(): void {
    this.#sent.clear();
    this.#needsKey = true;
    this.#lastLive = null;
  }

  again(sequence: number): void {
    const { metrics } = this.#options;
    metrics.nacks.inc();
    if (this.#retransmitted >= RETRANSMIT_LIMIT) return;
    const sent = this.#sent.find(sequence);
    if (!sent) return;
    this.#retransmitted++;
    if (this.#sender.again(sent, sequence)) metrics.retransmitted.inc();
  }

  /** To be called once a second: what may be sent again is counted anew. */
  second(): void {
    this.#retransmitted = 0;
  }

  /**
   * A sender report (RFC 3550 6.4.1) of this moment: a browser takes its time as the time of sending. Its line through
   * the last picture says when that arrived at the ingest, from which the browser knows how old what it shows is.
   */
  report(): void {
    if (!this.#lastLive) return;
    const { arrival, timestamp } = this.#lastLive;
    const { ssrc, packets, bytes } = this.#sender;
    const wallClock = Date.now();
    const rtp = timestamp + Math.round((wallClock - arrival) * 90);
    this.#options.transport.send(senderReport({ ssrc, wallClock, timestamp: rtp, packets, bytes }));
  }

  /** Answers a receiver's reference time (RFC 3611 4.4), by which it learns the round trip. */
  echoTime({ ssrc: receiver, middle: lastReport }: { ssrc: number; middle: number }): void {
    this.#options.transport.send(receiveTimeReport({ ssrc: this.#sender.ssrc, receiver, lastReport }));
  }

  #send(picture: PacketisedPicture, timestamp: number): boolean {
    const { metrics } = this.#options;
    if (this.#needsKey && !picture.key) {
      metrics.droppedPictures.inc();
      return false;
    }
    const first = this.#sender.nextSequence;
    this.#needsKey = !this.#sender.picture(picture, timestamp);
    if (this.#needsKey) {
      metrics.droppedPictures.inc();
      return false;
    }
    this.#sent.add(picture, first, timestamp);
    metrics.packets.inc(picture.packets.length);
    metrics.bytes.inc(picture.bytes);
    return true;
  }
}
