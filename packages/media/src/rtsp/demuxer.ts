import { MediaError } from '../media-error.ts';
import { ByteCollector } from './byte-collector.ts';
import { parseRtspHead, type RtspHead, type RtspRequest, type RtspResponse } from './message.ts';
import { blankLineEnd, longestMethod, startLineVerdict } from './message-bounds.ts';

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
  readonly #collected = new ByteCollector();
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
    this.#collected.clear(0);
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
    this.#collected.clear();
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
    while (this.#collected.length < needed && at < chunk.length) this.#collected.append(chunk, at, ++at);
    if (this.#collected.length < needed) return at;
    const size = 4 + (((this.#collected.buffer[2] ?? 0) << 8) | (this.#collected.buffer[3] ?? 0));
    if (!this.#inSync) {
      if (size < 12 || (this.#collected.buffer[1] ?? 0) > 63 || (this.#collected.buffer[4] ?? 0) >> 6 !== 2) {
        this.#reconsider();
        return at;
      }
      this.#synced();
    }
    const missing = Math.min(size - this.#collected.length, chunk.length - at);
    if (missing > 0) {
      this.#collected.append(chunk, at, at + missing, size);
      at += missing;
    }
    if (this.#collected.length < size) return at;
    this.#collecting = 'nothing';
    this.#frame(this.#collected.buffer, 0, size);
    return at;
  }

  #continueHead(chunk: Buffer, from: number): number {
    let at = from;
    // The first word is judged before more is collected, so that garbage costs a few bytes of copying, not a chunk.
    while (this.#collected.length <= longestMethod && at < chunk.length) {
      this.#collected.append(chunk, at, ++at);
      const verdict = startLineVerdict(this.#collected.buffer, this.#collected.length, this.#inSync);
      if (verdict === 'no') {
        this.#reconsider();
        return at;
      }
      if (verdict === 'yes') break;
    }
    const searchedTo = this.#collected.length;
    const taken = Math.min(chunk.length - at, this.#maxHeader + 1 - this.#collected.length);
    this.#collected.append(chunk, at, at + taken);
    const end = blankLineEnd(this.#collected.buffer, Math.max(0, searchedTo - 3), this.#collected.length);
    if (end === -1) {
      if (this.#collected.length > this.#maxHeader) {
        throw new MediaError('RTSP_HEADER_TOO_LARGE', `header block exceeds ${this.#maxHeader} bytes`);
      }
      return at + taken;
    }
    if (end > this.#maxHeader) {
      throw new MediaError('RTSP_HEADER_TOO_LARGE', `header block exceeds ${this.#maxHeader} bytes`);
    }
    const head = parseRtspHead(this.#collected.buffer.toString('utf8', 0, end));
    if (head.contentLength > this.#maxBody) {
      throw new MediaError('RTSP_BODY_TOO_LARGE', `body of ${head.contentLength} bytes exceeds ${this.#maxBody}`);
    }
    this.#synced();
    this.#collected.clear(8192);
    const next = at + end - searchedTo;
    if (head.contentLength === 0) this.#finish(head, emptyBody);
    else {
      this.#head = head;
      this.#collecting = 'body';
      this.#collected.clear(0);
    }
    return next;
  }

  #continueBody(chunk: Buffer, at: number): number {
    const head = this.#head;
    if (head === null) return at;
    const taken = Math.min(head.contentLength - this.#collected.length, chunk.length - at);
    this.#collected.append(chunk, at, at + taken, head.contentLength);
    if (this.#collected.length === head.contentLength) {
      const body = this.#collected.take();
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
    const again = Buffer.from(this.#collected.buffer.subarray(1, this.#collected.length));
    this.#collecting = 'nothing';
    this.#collected.clear();
    this.#skip(1);
    this.#consume(again, 0);
  }
}
