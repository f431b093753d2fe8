import { randomInt } from 'node:crypto';
import {
  type AccessUnit,
  formatInterleaved,
  formatRtcp,
  ntpFromUnix,
  packetizeAac,
  packetizeH264,
  RtpTimeline,
  type Track,
} from '@marsad/media';
import { FRAMING, type FramedUnit, frameUnit } from './framed-unit.ts';

/** With RTP, UDP and IPv4 headers this is under 1,440 bytes: passes Ethernet, PPPoE and most tunnels in one piece. */
const MAX_PAYLOAD = 1380;
/** How fast the line between the two clocks may give way to later arrivals: milliseconds per unit. */
const SLEW = 0.02;
/** A unit further than this off the line means that a clock stepped. Milliseconds. */
const STEP = 1000;

/** Video, or audio with its static type (RFC 3551 6) where it has one. */
function payloadTypeOf(track: Track): number {
  if (track.kind === 'video') return 96;
  const telephone = track.clockRate === 8000 && track.channels === 1;
  if (track.codec === 'pcmu' && telephone) return 0;
  if (track.codec === 'pcma' && telephone) return 8;
  return 97;
}

/**
 * One track of a feed on its way to all its RTSP readers: one SSRC, whose sequence numbers and timestamps go on
 * over restarts of the stream behind it.
 */
export class OutgoingTrack {
  readonly medium: number;
  readonly payloadType: number;
  readonly ssrc = randomInt(1, 0xffff_ffff);
  #track: Track;
  readonly #timeline: RtpTimeline;
  readonly #base = randomInt(0x7fff_ffff);
  #sequence = randomInt(0x1_0000);
  #packets = 0;
  #octets = 0;
  /** Wall clock of timestamp 0, milliseconds, by the unit that took the least time to arrive; null before the first. */
  #epoch: number | null = null;
  #jumps = 0;

  constructor(track: Track, medium: number, now?: () => number) {
    this.#track = track;
    this.medium = medium;
    this.payloadType = payloadTypeOf(track);
    this.#timeline = new RtpTimeline({ clockRate: track.clockRate, ...(now ? { now } : {}) });
    this.#reorder();
  }

  get track(): Track {
    return this.#track;
  }

  get nextSequence(): number {
    return this.#sequence;
  }

  /** Takes the place of the track if a reader that was told of that one can go on with it: new parameter sets, no new codec. */
  replace(track: Track): boolean {
    const before = this.#track;
    if (track.kind !== before.kind || track.codec !== before.codec || track.clockRate !== before.clockRate)
      return false;
    if (track.kind === 'audio' && before.kind === 'audio') {
      const same = track.config === before.config || (track.config && before.config?.equals(track.config));
      if (track.channels !== before.channels || !same) return false;
    }
    this.#track = track;
    this.#reorder();
    return true;
  }

  /** What comes next may be of another clock. */
  interrupted(): void {
    this.#timeline.bridge();
  }

  frame(unit: AccessUnit): FramedUnit {
    const rate = this.#track.clockRate;
    const timestamp = this.#base + this.#timeline.next(((unit.pts % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000);
    this.#keepTime(timestamp, unit.arrival);
    const packets = this.#packetise(unit);
    const framed = frameUnit(packets, unit, {
      medium: this.medium,
      payloadType: this.payloadType,
      ssrc: this.ssrc,
      sequence: this.#sequence,
      timestamp,
      decodeTimestamp: timestamp - Math.max(0, Math.min(unit.pts - unit.dts, rate * 10)),
      marker: this.#track.kind === 'video' || this.#track.codec === 'aac',
    });
    this.#sequence += packets.length;
    this.#packets += packets.length;
    this.#octets += framed.bytes - packets.length * FRAMING;
    return framed;
  }

  /** When the unit of that timestamp arrived at the ingest, or would have; milliseconds since the epoch. Null before the first. */
  wallAt(timestamp: number): number | null {
    return this.#epoch === null ? null : this.#epoch + (timestamp * 1000) / this.#track.clockRate;
  }

  /** The timestamp of a moment, given in milliseconds since the epoch. Null before the first unit. */
  timestampAt(wall: number): number | null {
    return this.#epoch === null ? null : Math.round(((wall - this.#epoch) * this.#track.clockRate) / 1000);
  }

  /**
   * A sender report with its CNAME (RFC 3550 6.4.1, 6.5.1), framed for its usual channel; null before the first unit. Its
   * wall clock is that of arrival at the ingest, the same for all tracks, so that players can show them together.
   */
  report(wall: number): Buffer | null {
    const timestamp = this.timestampAt(wall);
    if (timestamp === null) return null;
    const { ssrc } = this;
    const packet = formatRtcp([
      {
        kind: 'sr',
        ssrc,
        ntp: ntpFromUnix(wall),
        rtpTimestamp: ((timestamp % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000,
        packetCount: this.#packets >>> 0,
        octetCount: this.#octets % 0x1_0000_0000,
        reports: [],
      },
      { kind: 'sdes', chunks: [{ ssrc, items: [{ type: 1, text: 'marsad' }] }] },
    ]);
    return formatInterleaved(this.medium * 2 + 1, packet);
  }

  #reorder(): void {
    this.#timeline.mayStepBack = this.#track.kind === 'video' && this.#track.reorders;
  }

  #keepTime(timestamp: number, arrival: number): void {
    const epoch = arrival - (timestamp * 1000) / this.#track.clockRate;
    const before = this.#epoch;
    const { jumps } = this.#timeline;
    const anew = before === null || jumps !== this.#jumps || Math.abs(epoch - before) > STEP;
    this.#jumps = jumps;
    this.#epoch = anew ? epoch : Math.min(before + SLEW, epoch);
  }

  #packetise(unit: AccessUnit): Buffer[] {
    const [frame = Buffer.alloc(0)] = unit.nals;
    if (this.#track.kind === 'video') {
      const sets = unit.key ? unit.parameterSets : undefined;
      const nals = sets ? [sets.sps, ...sets.pps, ...unit.nals] : unit.nals;
      // Not put together: there are recorders that know single units and fragments, and no aggregation.
      return packetizeH264(nals, { maxPayload: MAX_PAYLOAD, headroom: FRAMING, aggregate: false });
    }
    if (this.#track.codec === 'aac') return packetizeAac(frame, MAX_PAYLOAD).map(withRoom);
    // One packet brought it, and one takes it on.
    return [withRoom(frame)];
  }
}

function withRoom(payload: Buffer): Buffer {
  const packet = Buffer.allocUnsafe(FRAMING + payload.length);
  payload.copy(packet, FRAMING);
  return packet;
}
