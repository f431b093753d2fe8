import { MediaError } from '../media-error.ts';
import { parseRtspHead, type RtspHead, type RtspRequest, type RtspResponse } from './message.ts';

export interface RtspDemuxerOptions {
  onRequest?(request: RtspRequest): void;
  onResponse?(response: RtspResponse): void;
  /**
   * One interleaved packet (RFC 2326 10.12). `payload` is valid only during the call: it is a view of the socket's
   * chunk or of a buffer that is used again for the next packet. Copy what must stay.
   */
  onFrame?(channel: number, payload: Buffer): void;
  /**
   * The same for who takes in thousands a second, to whom a view of each is too dear: the packet is
   * `bytes[start … end - 1]`, valid only during the call. Called instead of `onFrame`.
   */
  onPacket?(channel: number, bytes: Buffer, start: number, end: number): void;
  /** Start line and fields of one message, in bytes. Default 65,536. */
  maxHeaderBytes?: number;
  /** Body of one message, in bytes. Default 1,048,576. */
  maxBodyBytes?: number;
  /** Bytes in a row that may be neither message nor packet before the connection is given up. Default 65,536. */
  maxGarbageBytes?: number;
}

const DOLLAR = 0x24;
const LF = 0x0a;
const CR = 0x0d;
const longestMethod = 24;
const emptyBody = Buffer.alloc(0);

/** What the collected bytes are the beginning of. */
type Collecting = 'nothing' | 'frame' | 'head' | 'body';

/**
 * Takes apart the byte stream of an RTSP connection: requests, responses and interleaved packets, mixed as they come.
 *
 * A packet that lies whole in a chunk is passed on without a copy; only what straddles chunks is collected. After
 * bytes that are none of these the demuxer looks for the next believable beginning and counts what it skipped.
 */
export class RtspDemuxer {
  /** Bytes skipped because they belonged to no message and no packet. */
  garbageBytes = 0;

  readonly #options: RtspDemuxerOptions;
  readonly #maxHeader: number;
  readonly #maxBody: number;
  readonly #maxGarbage: number;
  #collecting: Collecting = 'nothing';
  /** Collected bytes live in the first `#have` bytes; the buffer is kept for the next use. */
  #collected = emptyBody;
  #have = 0;
  #head: RtspHead | null = null;
  #inSync = true;
  #garbageRun = 0;
  #failure: MediaError | null = null;
  #closed = false;

  constructor(options: RtspDemuxerOptions) {
    this.#options = options;
    this.#maxHeader = options.maxHeaderBytes ?? 65_536;
    this.#maxBody = options.maxBodyBytes ?? 1_048_576;
    this.#maxGarbage = options.maxGarbageBytes ?? 65_536;
  }

  /**
   * Takes the next bytes of the connection and makes all calls they complete before it returns.
   * @throws MediaError RTSP_HEADER_TOO_LARGE, RTSP_BODY_TOO_LARGE, RTSP_LOST_SYNC or RTSP_MALFORMED. After that
   *   the connection is of no use: every further push throws the same error.
   */
  push(chunk: Buffer): void {
    if (this.#failure !== null) throw this.#failure;
    try {
      this.#consume(chunk, 0);
    } catch (error) {
      if (error instanceof MediaError) this.#failure = error;
      throw error;
    }
  }

  /** The beginning of a message or packet has come and its end has not. */
  get isAwaitingMore(): boolean {
    return this.#collecting !== 'nothing' || !this.#inSync;
  }

  /** No callback is made any more, also when called from within one. */
  close(): void {
    this.#closed = true;
    this.#collected = emptyBody;
    this.#have = 0;
  }

  #consume(chunk: Buffer, from: number): void {
    const length = chunk.length;
    let at = from;
    while (at < length && !this.#closed) {
      if (this.#collecting === 'nothing') {
        // The hot path: a run of whole packets.
        if (chunk[at] === DOLLAR && at + 4 <= length && this.#inSync) {
          const end = at + 4 + (((chunk[at + 2] ?? 0) << 8) | (chunk[at + 3] ?? 0));
          if (end <= length) {
            this.#frame(chunk, at, end);
            at = end;
            continue;
          }
        }
        at = this.#begin(chunk, at);
      } else if (this.#collecting === 'frame') at = this.#continueFrame(chunk, at);
      else if (this.#collecting === 'head') at = this.#continueHead(chunk, at);
      else at = this.#continueBody(chunk, at);
    }
  }

  /** `bytes[start … end - 1]` is a packet with the four bytes before it. */
  #frame(bytes: Buffer, start: number, end: number): void {
    const channel = bytes[start + 1] ?? 0;
    const { onPacket, onFrame } = this.#options;
    if (onPacket) onPacket(channel, bytes, start + 4, end);
    else onFrame?.(channel, bytes.subarray(start + 4, end));
  }

  /** At a boundary: decides what comes next, or skips a byte. */
  #begin(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === DOLLAR) this.#collecting = 'frame';
    else if ((byte >= 0x41 && byte <= 0x5a) || byte === 0x5f) this.#collecting = 'head';
    else if (this.#inSync && (byte === CR || byte === LF)) return at + 1;
    else {
      this.#skip(1);
      return at + 1;
    }
    this.#have = 0;
    return at;
  }

  #skip(bytes: number): void {
    this.#inSync = false;
    this.garbageBytes += bytes;
    this.#garbageRun += bytes;
    if (this.#garbageRun > this.#maxGarbage) {
      throw new MediaError('RTSP_LOST_SYNC', `${this.#garbageRun} bytes are neither message nor packet`);
    }
  }

  #synced(): void {
    this.#inSync = true;
    this.#garbageRun = 0;
  }

  #continueFrame(chunk: Buffer, from: number): number {
    let at = from;
    // Out of step a `$` proves little: the packet must also begin like RTP or RTCP, so one byte more is needed.
    const needed = this.#inSync ? 4 : 5;
    while (this.#have < needed && at < chunk.length) this.#append(chunk, at, ++at);
    if (this.#have < needed) return at;
    const size = 4 + (((this.#collected[2] ?? 0) << 8) | (this.#collected[3] ?? 0));
    if (!this.#inSync) {
      if (size < 12 || (this.#collected[1] ?? 0) > 63 || (this.#collected[4] ?? 0) >> 6 !== 2) {
        this.#reconsider();
        return at;
      }
      this.#synced();
    }
    const missing = Math.min(size - this.#have, chunk.length - at);
    if (missing > 0) {
      this.#append(chunk, at, at + missing, size);
      at += missing;
    }
    if (this.#have < size) return at;
    this.#collecting = 'nothing';
    this.#frame(this.#collected, 0, size);
    return at;
  }

  #continueHead(chunk: Buffer, from: number): number {
    let at = from;
    // The first word is judged before more is collected, so that garbage costs a few bytes of copying, not a chunk.
    while (this.#have <= longestMethod && at < chunk.length) {
      this.#append(chunk, at, ++at);
      const verdict = startLineVerdict(this.#collected, this.#have, this.#inSync);
      if (verdict === 'no') {
        this.#reconsider();
        return at;
      }
      if (verdict === 'yes') break;
    }
    const searchedTo = this.#have;
    const taken = Math.min(chunk.length - at, this.#maxHeader + 1 - this.#have);
    this.#append(chunk, at, at + taken);
    const end = blankLineEnd(this.#collected, Math.max(0, searchedTo - 3), this.#have);
    if (end === -1) {
      if (this.#have > this.#maxHeader) {
        throw new MediaError('RTSP_HEADER_TOO_LARGE', `header block exceeds ${this.#maxHeader} bytes`);
      }
      return at + taken;
    }
    if (end > this.#maxHeader) {
      throw new MediaError('RTSP_HEADER_TOO_LARGE', `header block exceeds ${this.#maxHeader} bytes`);
    }
    const head = parseRtspHead(this.#collected.toString('utf8', 0, end));
    if (head.contentLength > this.#maxBody) {
      throw new MediaError('RTSP_BODY_TOO_LARGE', `body of ${head.contentLength} bytes exceeds ${this.#maxBody}`);
    }
    this.#synced();
    this.#have = 0;
    if (this.#collected.length > 8192) this.#collected = emptyBody;
    const next = at + end - searchedTo;
    if (head.contentLength === 0) this.#finish(head, emptyBody);
    else {
      this.#head = head;
      this.#collecting = 'body';
      this.#collected = emptyBody;
    }
    return next;
  }

  #continueBody(chunk: Buffer, at: number): number {
    const head = this.#head;
    if (head === null) return at;
    const taken = Math.min(head.contentLength - this.#have, chunk.length - at);
    this.#append(chunk, at, at + taken, head.contentLength);
    if (this.#have === head.contentLength) {
      const body = this.#collected.subarray(0, this.#have);
      // The message keeps the bytes, so the next message gets a buffer of its own.
      this.#collected = emptyBody;
      this.#have = 0;
      this.#head = null;
      this.#finish(head, body);
    }
    return at + taken;
  }

  #finish(head: RtspHead, body: Buffer): void {
    this.#collecting = 'nothing';
    if (head.start.kind === 'request') this.#options.onRequest?.({ ...head.start, headers: head.headers, body });
    else this.#options.onResponse?.({ ...head.start, headers: head.headers, body });
  }

  /** The collected bytes are no beginning: drops the first and looks again at the others. */
  #reconsider(): void {
    const again = Buffer.from(this.#collected.subarray(1, this.#have));
    this.#collecting = 'nothing';
    this.#have = 0;
    this.#skip(1);
    this.#consume(again, 0);
  }

  #append(chunk: Buffer, from: number, to: number, expected = 0): void {
    const needed = this.#have + to - from;
    if (needed > this.#collected.length) {
      const size =
        expected >= needed && expected <= 65_539 ? expected : Math.max(needed, this.#collected.length * 2, 64);
      const grown = Buffer.allocUnsafe(size);
      this.#collected.copy(grown, 0, 0, this.#have);
      this.#collected = grown;
    }
    chunk.copy(this.#collected, this.#have, from, to);
    this.#have = needed;
  }
}

const methods = new Set(
  'OPTIONS DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD'.split(' '),
);

/** Whether the bytes begin with `RTSP/`, or a method and a space; out of step it must be a method of RFC 2326 10. */
function startLineVerdict(bytes: Buffer, length: number, anyMethod: boolean): 'yes' | 'no' | 'more' {
  for (let i = 0; i < length; i++) {
    const byte = bytes[i] ?? 0;
    if (i === 4 && byte === 0x2f) return bytes.toString('latin1', 0, 4) === 'RTSP' ? 'yes' : 'no';
    if (i >= 3 && byte === 0x20) return anyMethod || methods.has(bytes.toString('latin1', 0, i)) ? 'yes' : 'no';
    if (i >= longestMethod || !((byte >= 0x41 && byte <= 0x5a) || byte === 0x5f)) return 'no';
  }
  return 'more';
}

/** Index just behind an empty line, or -1. */
function blankLineEnd(bytes: Buffer, from: number, to: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1 && at < to; at = bytes.indexOf(LF, at + 1)) {
    if (at + 1 < to && bytes[at + 1] === LF) return at + 2;
    if (at + 2 < to && bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}
