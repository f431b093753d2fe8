import { unixFromNtp } from './ntp.ts';
import type { SenderReport } from './rtcp.ts';

/**
 * The camera's wall clock by its sender reports (RFC 3550 6.4.1): maps RTP timestamps to the time the camera believes
 * it was. That clock may be wrong by years; it is kept apart from ours.
 */
export class SenderClock {
  readonly #clockRate: number;
  #reference: { readonly timestamp: number; readonly wall: number } | null = null;

  constructor(options: { readonly clockRate: number }) {
    this.#clockRate = options.clockRate;
  }

  /** Takes a report. One with NTP time 0 (a camera without a clock, 6.4.1) is ignored. */
  report(report: Pick<SenderReport, 'ntp' | 'rtpTimestamp'>): void {
    if (report.ntp.seconds === 0 && report.ntp.fraction === 0) return;
    this.#reference = { timestamp: report.rtpTimestamp, wall: unixFromNtp(report.ntp) };
  }

  /** Milliseconds since the epoch at the camera, for a timestamp within half a wrap (6.6 h of video); null if unknown. */
  wallTime(timestamp: number): number | null {
    if (this.#reference === null) return null;
    return this.#reference.wall + (((timestamp - this.#reference.timestamp) | 0) * 1000) / this.#clockRate;
  }

  /** The source began anew: reports before are of no use. */
  reset(): void {
    this.#reference = null;
  }
}
