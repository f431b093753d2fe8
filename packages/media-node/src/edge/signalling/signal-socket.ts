import type { SignalRequest, SignalResponse } from '@livekit/protocol';
import type { WebSocket } from 'ws';
import { readRequest, writeResponse } from './signal-codec.ts';

/** Bytes waiting to be sent above which a client that does not read is let go. */
const MAX_BUFFERED = 4 * 1024 * 1024;
/** Messages a client may send at once, and per second over time. */
const BURST = 2000;
const PER_SECOND = 200;
/** Clients ping every five seconds; a socket silent for this long is dead. Milliseconds. */
const SILENCE = 30_000;

export interface SignalSocketEvents {
  request(request: SignalRequest): void;
  /** The socket is gone, whoever closed it. Called once. */
  gone(): void;
}

/** One WebSocket of a client: frames in and out, within bounds. A client that sends what cannot be read is disconnected. */
export class SignalSocket {
  readonly #socket: WebSocket;
  #binary = true;
  #allowance = BURST;
  #allowanceAt = performance.now();
  #silence: NodeJS.Timeout;
  #events: SignalSocketEvents | null = null;
  #gone = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#silence = setTimeout(() => socket.terminate(), SILENCE);
    socket.on('message', (data, binary) => this.#message(data, binary));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#ended());
  }

  listen(events: SignalSocketEvents): void {
    this.#events = events;
    if (this.#gone) events.gone();
  }

  send(message: SignalResponse['message']): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED) {
      this.#socket.terminate();
      return;
    }
    this.#socket.send(writeResponse(message, this.#binary));
  }

  /** Nothing is reported after this. */
  close(code = 1000): void {
    this.#events = null;
    clearTimeout(this.#silence);
    this.#socket.close(code);
    // A client that does not answer the closing handshake would hold the socket.
    setTimeout(() => this.#socket.terminate(), 2000).unref();
  }

  #message(data: Buffer | ArrayBuffer | Buffer[], binary: boolean): void {
    this.#silence.refresh();
    const request = Buffer.isBuffer(data) && this.#mayContinue() ? readRequest(data, binary) : null;
    if (!request) {
      this.#socket.close(1007);
      return;
    }
    this.#binary = binary;
    this.#events?.request(request);
  }

  #mayContinue(): boolean {
    const now = performance.now();
    this.#allowance = Math.min(BURST, this.#allowance + ((now - this.#allowanceAt) / 1000) * PER_SECOND) - 1;
    this.#allowanceAt = now;
    return this.#allowance >= 0;
  }

  #ended(): void {
    if (this.#gone) return;
    this.#gone = true;
    clearTimeout(this.#silence);
    this.#events?.gone();
  }
}
