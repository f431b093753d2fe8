/** One report block of a viewer's receiver report (RFC 3550 6.4.1), as far as it is used. */
export interface ReceptionReport {
  /** Share of packets lost since the last report, 0 to 1. */
  readonly fractionLost: number;
  /** Interarrival jitter, RTP ticks. */
  readonly jitter: number;
}

export type Quality = 'excellent' | 'good' | 'poor' | 'lost';

/** Reports missing for this long mean that the viewer does not receive. Milliseconds. */
const SILENCE = 15_000;

/** How well a viewer receives, from its receiver reports, smoothed over some seconds. */
export class ReceptionQuality {
  #loss = 0;
  #reportedAt: number | null = null;

  report(report: ReceptionReport, now: number): void {
    this.#loss = this.#reportedAt === null ? report.fractionLost : this.#loss * 0.7 + report.fractionLost * 0.3;
    this.#reportedAt = now;
  }

  /** Share of packets lost, 0 to 1. */
  get loss(): number {
    return this.#loss;
  }

  /** Null before the first report. */
  quality(now: number): Quality | null {
    if (this.#reportedAt === null) return null;
    if (now - this.#reportedAt > SILENCE) return 'lost';
    if (this.#loss > 0.08) return 'poor';
    return this.#loss > 0.02 ? 'good' : 'excellent';
  }
}
