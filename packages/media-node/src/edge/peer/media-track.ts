import type { Track } from 'node-datachannel';
import type { Logger } from 'pino';
import type { PacketTransport } from '../egress/rtp-sender.ts';

/** One m-line of a viewer's connection: packets out as they are (the native side only encrypts), RTCP in. */
export class MediaTrack implements PacketTransport {
  readonly ssrc: number;
  readonly #track: Track;
  readonly #log: Logger;
  #open = false;
  #closed = false;

  constructor(track: Track, ssrc: number, log: Logger) {
    this.ssrc = ssrc;
    this.#track = track;
    this.#log = log;
  }

  /** `feedback` gets the viewer's compound RTCP packets. */
  listen(events: { open: () => void; feedback: (packet: Buffer) => void }): void {
    this.#track.onOpen(() =>
      this.#caught(() => {
        this.#open = true;
        events.open();
      }),
    );
    this.#track.onClosed(() => {
      this.#open = false;
    });
    this.#track.onError((error) => this.#log.debug({ error }, 'media track'));
    this.#track.onMessage((packet) => this.#caught(() => !this.#closed && events.feedback(packet)));
  }

  send(packet: Buffer): boolean {
    if (!this.#open) return false;
    try {
      return this.#track.sendMessageBinary(packet);
    } catch {
      this.#open = false;
      return false;
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#open = false;
    this.#caught(() => this.#track.close());
  }

  #caught(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#log.debug({ err: error }, 'media track');
    }
  }
}
