import { compactNtp } from './ntp.ts';
import type { ReportBlock, SenderReport } from './rtcp.ts';

/** What a receiver counts to write report blocks about one source (RFC 3550 A.3, A.8). */
export class ReceptionStatistics {
  readonly #ssrc: number;
  readonly #clockRate: number;
  #base = -1;
  #highest = 0;
  #cycles = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit = 0;
  #jitter = 0;
  #lastReport = 0;
  #lastReportAt = 0;

  constructor(options: { readonly ssrc: number; readonly clockRate: number }) {
    this.#ssrc = options.ssrc;
    this.#clockRate = options.clockRate;
  }

  /** Interarrival jitter in ticks. */
  get jitter(): number {
    return this.#jitter;
  }

  /** Packets missing so far; late ones and duplicates are taken off, so it may be negative. */
  get lost(): number {
    return this.#base === -1 ? 0 : this.#extended() - this.#base + 1 - this.#received;
  }

  /** One packet, at a monotonic time in milliseconds. */
  packet(sequence: number, timestamp: number, now: number): void {
    const arrival = (now * this.#clockRate) / 1000;
    if (this.#base === -1) {
      this.#base = sequence;
      this.#highest = sequence;
    } else {
      const ahead = (sequence - this.#highest) & 0xffff;
      if (ahead !== 0 && ahead < 0x8000) {
        if (sequence < this.#highest) this.#cycles += 0x1_0000;
        this.#highest = sequence;
      }
      // Only the difference to the packet before counts, and both clocks wrap at 32 bits.
      const distance = Math.abs((Math.round(arrival - timestamp - this.#transit) | 0) as number);
      if (distance < this.#clockRate * 10) this.#jitter += (distance - this.#jitter) / 16;
    }
    this.#transit = arrival - timestamp;
    this.#received++;
  }

  /** A sender report came, at a monotonic time in milliseconds. */
  senderReport(report: SenderReport, now: number): void {
    this.#lastReport = compactNtp(report.ntp);
    this.#lastReportAt = now;
  }

  /** The block for the next receiver report; null before the first packet. Starts a new interval. */
  report(now: number): ReportBlock | null {
    if (this.#base === -1) return null;
    const expected = this.#extended() - this.#base + 1;
    const expectedNow = expected - this.#expectedBefore;
    const missingNow = expectedNow - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    const delay = this.#lastReport === 0 ? 0 : Math.round(((now - this.#lastReportAt) * 65_536) / 1000);
    return {
      ssrc: this.#ssrc,
      fractionLost:
        expectedNow <= 0 || missingNow <= 0 ? 0 : Math.min(255, Math.floor((missingNow * 256) / expectedNow)),
      cumulativeLost: Math.max(-0x80_0000, Math.min(0x7f_ffff, expected - this.#received)),
      highestSequence: this.#extended() % 0x1_0000_0000,
      jitter: Math.floor(this.#jitter),
      lastSenderReport: this.#lastReport,
      delaySinceLastSenderReport: Math.min(0xffff_ffff, Math.max(0, delay)),
    };
  }

  #extended(): number {
    return this.#cycles + this.#highest;
  }
}
