import type { Writable } from 'node:stream';

/** What may wait for a client before it loses pictures. Bytes: eight seconds of 2 Mbit/s. */
const MAX_WAITING = 2 * 1024 * 1024;
/** A client that takes nothing for this long is gone. Milliseconds. */
const STUCK = 15_000;
/** One write counts as taken when all of it is: a large one has as much longer as it needs at this rate. Bytes per millisecond. */
const SLOWEST = 125;

/** The way out of one RTSP connection: answers and media, as much of it as the client takes. */
export class SocketWriter {
  readonly #socket: Writable;
  /** What waits because the client has just begun: it does not count against it. Bytes. */
  #beginning = 0;
  #written = 0;
  #takenBefore = 0;
  #takenAt = 0;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Bytes written so far, taken or not. */
  get written(): number {
    return this.#written;
  }

  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** Whatever its size, a unit may go where nothing waits. */
  hasRoomFor(bytes: number): boolean {
    const socket = this.#socket;
    const waiting = socket.writableLength;
    if (!socket.writable) return false;
    if (waiting === 0) return true;
    if (waiting < MAX_WAITING) this.#beginning = 0;
    return waiting + bytes <= MAX_WAITING + this.#beginning;
  }

  write(data: Buffer): void {
    if (!this.#socket.writable) return;
    this.#written += data.length;
    this.#socket.write(data);
  }

  /** Writes all of it, whatever waits. */
  begin(parts: readonly Buffer[]): void {
    this.#socket.cork();
    for (const part of parts) this.write(part);
    this.#socket.uncork();
    this.#beginning = this.#socket.writableLength;
  }

  /** The client takes nothing of what waits for it any more. To be asked about once a second. */
  isStuck(now: number): boolean {
    const waiting = this.#socket.writableLength;
    const taken = this.#written - waiting;
    if (waiting === 0 || taken !== this.#takenBefore) {
      this.#takenBefore = taken;
      this.#takenAt = now;
    }
    return now - this.#takenAt > STUCK + waiting / SLOWEST;
  }
}
