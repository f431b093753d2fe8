import type { RtpPacket } from '../rtp/packet.ts';
import { splitAnnexB } from './annex-b.ts';
import { isSlice, nalType } from './nal.ts';
import { NalArena } from './nal-arena.ts';

export interface H264DepacketizerOptions {
  /** One NAL unit without start code, in a buffer that is not written to again. */
  onNal(nal: Buffer): void;
  /** Part of a NAL unit is missing or unreadable. `header` is its first byte, or -1 when that is unknown. */
  onDamage(header: number): void;
  /** Longest NAL unit in bytes; a longer one is damage. Default 4 MiB. */
  maxNalBytes?: number;
}

/**
 * RTP payloads to NAL units (RFC 6184 5.6 single NAL unit, 5.7.1 STAP-A, 5.8 FU-A), for packetization modes 0 and 1.
 * Packets must come in order; call `gap` where some are missing. Never throws.
 */
export class H264Depacketizer {
  /** Packets whose payload is none of those. */
  malformed = 0;
  readonly #options: H264DepacketizerOptions;
  readonly #maxNal: number;
  readonly #arena = new NalArena();
  /** First byte of the NAL unit being put together from fragments. */
  #header = -1;
  /** Usual length of key slices and of others, so that a buffer of the right size is begun. */
  #usualKey = 0;
  #usualOther = 0;

  constructor(options: H264DepacketizerOptions) {
    this.#options = options;
    this.#maxNal = options.maxNalBytes ?? 4_194_304;
  }

  /** True while a fragmented NAL unit waits for its end. */
  get fragmentOpen(): boolean {
    return this.#arena.open;
  }

  push(packet: RtpPacket): void {
    const { buffer, payloadStart: start, payloadEnd: end } = packet;
    if (end <= start) return;
    const first = buffer[start] ?? 0;
    const type = first & 0x1f;
    if (type === nalType.fuA) this.#fragment(buffer, start, end);
    else {
      this.endFragment();
      if (type >= 1 && type <= 23) this.#single(buffer, start, end);
      else if (type === nalType.stapA) this.#aggregate(buffer, start + 1, end);
      else if (type === 0 && startCodeLength(buffer, start, end) > 0) this.#startCodes(buffer.subarray(start, end));
      else this.#bad(-1);
    }
  }

  /** Packets are missing before the next one. */
  gap(): void {
    if (!this.#arena.open) return;
    this.#arena.drop();
    this.#options.onDamage(this.#header);
  }

  /**
   * Ends a fragmented NAL unit whose end was not marked. Only for use between packets that follow each other: some
   * cameras forget the end bit, and the beginning of something else ends a unit as well.
   */
  endFragment(): void {
    if (this.#arena.open) this.#emit();
  }

  #fragment(buffer: Buffer, start: number, end: number): void {
    if (end - start < 3) {
      this.#bad(-1);
      return;
    }
    const indicator = buffer[start] ?? 0;
    const fuHeader = buffer[start + 1] ?? 0;
    const header = (indicator & 0xe0) | (fuHeader & 0x1f);
    if ((fuHeader & 0x80) !== 0) {
      this.endFragment();
      this.#header = header;
      this.#arena.begin((header & 0x1f) === nalType.idr ? this.#usualKey : this.#usualOther);
      this.#arena.byte(header);
    } else if (!this.#arena.open || (this.#header & 0x1f) !== (header & 0x1f)) {
      this.#arena.drop();
      this.#options.onDamage(header);
      return;
    }
    if (this.#arena.length + end - start - 2 > this.#maxNal) {
      this.#arena.drop();
      this.#bad(header);
      return;
    }
    this.#arena.append(buffer, start + 2, end);
    if ((fuHeader & 0x40) !== 0) this.#emit();
  }

  #emit(): void {
    const nal = this.#arena.finish();
    // A moving maximum: a larger unit counts at once, smaller ones let it sink slowly.
    if ((this.#header & 0x1f) === nalType.idr) this.#usualKey = Math.max(nal.length + 1024, this.#usualKey * 0.9) | 0;
    else this.#usualOther = Math.min(32_768, Math.max(nal.length, this.#usualOther * 0.9) | 0);
    this.#deliver(nal);
  }

  #single(buffer: Buffer, start: number, end: number): void {
    this.#arena.begin(end - start);
    this.#arena.append(buffer, start, end);
    this.#deliver(this.#arena.finish());
  }

  #aggregate(buffer: Buffer, from: number, end: number): void {
    let at = from;
    while (at + 2 <= end) {
      const size = ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0);
      at += 2;
      if (at + size > end) {
        this.#bad(buffer[at] ?? -1);
        return;
      }
      // Zero sizes are padding of careless senders.
      if (size > 0) this.#single(buffer, at, at + size);
      at += size;
    }
  }

  /** A payload in Annex B form, which some cameras send. */
  #startCodes(payload: Buffer): void {
    for (const nal of splitAnnexB(payload)) this.#single(nal, 0, nal.length);
  }

  #deliver(nal: Buffer): void {
    // Slices never hold a start code (7.4.1); behind parameter sets some cameras put the rest of the picture.
    if (!isSlice((nal[0] ?? 0) & 0x1f)) {
      const inner = nal.indexOf(startCode);
      if (inner > 0) {
        this.#options.onNal(trimZeros(nal.subarray(0, inner)));
        for (const part of splitAnnexB(nal.subarray(inner))) this.#options.onNal(part);
        return;
      }
    }
    this.#options.onNal(nal);
  }

  #bad(header: number): void {
    this.malformed++;
    this.#options.onDamage(header);
  }
}

const startCode = Buffer.from([0, 0, 1]);

function startCodeLength(buffer: Buffer, start: number, end: number): number {
  if (end - start > 4 && buffer[start] === 0 && buffer[start + 1] === 0) {
    if (buffer[start + 2] === 1) return 3;
    if (buffer[start + 2] === 0 && buffer[start + 3] === 1) return 4;
  }
  return 0;
}

function trimZeros(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 1 && nal[end - 1] === 0) end--;
  return nal.subarray(0, end);
}
