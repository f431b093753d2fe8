import { RpcError } from './rpc-error.ts';

/** A frame: length of what follows (u32, big endian), kind (u8), payload. */
export const frameKinds = { json: 0, unit: 1 } as const;

/** Before a peer has proved itself it may send this much at once. */
export const maxFrameBeforeHandshake = 4096;
/** A GOP cache holds 16 MiB, so no picture is larger; ten thousand cameras' addresses fit as well. */
export const maxFrame = 20 * 1024 * 1024;

export interface Frame {
  readonly kind: number;
  /** Shared with other frames of the same read, and never written to again. */
  readonly payload: Buffer;
}

export function jsonFrame(message: unknown): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(5 + length);
  frame.writeUInt32BE(length + 1, 0);
  frame.writeUInt8(frameKinds.json, 4);
  frame.write(text, 5);
  return frame;
}

/**
 * Cuts a byte stream into frames. A frame that lies whole in one read is a view of it; only those that straddle reads
 * are copied.
 */
export class FrameReader {
  /** Longest frame accepted, in bytes after the length field. */
  limit = maxFrameBeforeHandshake;
  readonly #head = Buffer.alloc(4);
  #headBytes = 0;
  #body: Buffer | null = null;
  #bodyBytes = 0;

  /** @throws RpcError `PROTOCOL` on a frame that is empty or too long; the connection is of no use after it. */
  read(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body) {
        const copied = chunk.copy(this.#body, this.#bodyBytes, at);
        at += copied;
        this.#bodyBytes += copied;
        if (this.#bodyBytes < this.#body.length) return;
        const body = this.#body;
        this.#body = null;
        onFrame({ kind: body.readUInt8(0), payload: body.subarray(1) });
        continue;
      }
      const copied = chunk.copy(this.#head, this.#headBytes, at, Math.min(chunk.length, at + 4 - this.#headBytes));
      at += copied;
      this.#headBytes += copied;
      if (this.#headBytes < 4) return;
      this.#headBytes = 0;
      const length = this.#head.readUInt32BE(0);
      if (length < 1 || length > this.limit) throw new RpcError('PROTOCOL', `frame of ${length} bytes`);
      if (chunk.length - at >= length) {
        onFrame({ kind: chunk.readUInt8(at), payload: chunk.subarray(at + 1, at + length) });
        at += length;
      } else {
        this.#body = Buffer.allocUnsafe(length);
        this.#bodyBytes = 0;
      }
    }
  }
}
