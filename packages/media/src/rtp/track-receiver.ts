import type { RtpPacket } from './packet.ts';

/** Packet counts of a receiver. */
export interface RtpCounters {
  /** Taken in, of the expected payload type. */
  packets: number;
  /** Missing by their sequence numbers. */
  lost: number;
  /** Came too late or twice; dropped. */
  late: number;
  /** Other payload types; dropped. */
  foreign: number;
  /** Payloads that could not be read. */
  malformed: number;
  /** Times the source began anew: other SSRC, or sequence numbers far off. */
  restarts: number;
  /** Jumps of the camera's clock that were bridged. */
  jumps: number;
}

/** RTP packets of one track in, access units out. For RTP in order: put a `ReorderBuffer` before it for UDP. */
export interface RtpTrackReceiver {
  readonly counters: Readonly<RtpCounters>;
  /**
   * Takes one packet; nothing of it is referred to afterwards. `arrival`: wall clock in milliseconds. Never throws,
   * except what a callback throws.
   */
  push(packet: RtpPacket, arrival: number): void;
  /** Gives out what is still held, as when the connection ends. */
  flush(): void;
  /** Presentation time (track's clock) of an RTP timestamp near the last one, as in a sender report; or null. */
  timeOf(timestamp: number): number | null;
}
